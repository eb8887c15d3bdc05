import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseCounters } from './domain-stats.ts';

const instanceId = randomUUID();
const domain = (...fields: string[]) => [`Domain: 'nephos-${instanceId}-g3'`, ...fields.map((field) => `  ${field}`), '', ''].join('\n');

describe('parseCounters', () => {
  it('adds up disks and NICs, and makes bytes of KiB', () => {
    const text = domain(
      'cpu.time=1500000000',
      'vcpu.current=2',
      'balloon.available=1000',
      'balloon.unused=100',
      'balloon.usable=400',
      'balloon.rss=2000',
      'net.count=2',
      'net.0.name=vnet0',
      'net.0.rx.bytes=10',
      'net.0.tx.bytes=1',
      'net.1.rx.bytes=20',
      'net.1.tx.bytes=2',
      'block.count=1',
      'block.0.path=/pool/disk=1',
      'block.0.rd.reqs=3',
      'block.0.rd.bytes=4096',
      'block.0.wr.reqs=5',
      'block.0.wr.bytes=6144',
    );
    expect(parseCounters(`${text}Domain: 'somebody-else'\n  cpu.time=1\n`)).toEqual([
      {
        instanceId,
        generation: 3,
        cpuCount: 2,
        cpuTimeNs: 1_500_000_000,
        memoryUsedBytes: 600 * 1024,
        memoryResidentBytes: 2000 * 1024,
        diskReadBytes: 4096,
        diskWriteBytes: 6144,
        diskReadRequests: 3,
        diskWriteRequests: 5,
        networkInBytes: 30,
        networkOutBytes: 3,
      },
    ]);
  });

  it('takes what is quite empty for free where a guest does not tell of its caches', () => {
    expect(parseCounters(domain('balloon.available=1000', 'balloon.unused=100'))[0]?.memoryUsedBytes).toBe(900 * 1024);
  });

  it('tells what a host does not say as null, not as nothing', () => {
    const [counters] = parseCounters(domain('vcpu.current=1', 'block.count=2', 'block.0.rd.bytes=1', 'net.count=0'));
    expect(counters).toMatchObject({ cpuTimeNs: null, memoryUsedBytes: null, memoryResidentBytes: null, diskReadBytes: null, networkInBytes: 0 });
  });
});
