import type { GuestCounters } from '@nephos/drivers/hypervisor-driver';
import { describe, expect, it } from 'vitest';
import { sampleBetween } from './rates.ts';

const counters = (change: Partial<GuestCounters> = {}): GuestCounters => ({
  instanceId: '00000000-0000-4000-8000-000000000001',
  generation: 1,
  cpuCount: 2,
  cpuTimeNs: 10e9,
  memoryUsedBytes: 100,
  memoryResidentBytes: 200,
  diskReadBytes: 1_000,
  diskWriteBytes: 1_000,
  diskReadRequests: 10,
  diskWriteRequests: 10,
  networkInBytes: 500,
  networkOutBytes: 500,
  ...change,
});
const between = (before: Partial<GuestCounters>, after: Partial<GuestCounters>, seconds = 10) =>
  sampleBetween({ atMs: 5_000, counters: counters(before) }, { atMs: 5_000 + seconds * 1000, counters: counters(after) });

describe('sampleBetween', () => {
  it('makes rates of counters, and tells memory as it is now', () => {
    expect(between({}, { cpuTimeNs: 20e9, memoryUsedBytes: 150, diskReadBytes: 3_000, diskWriteRequests: 15, networkOutBytes: 600 })).toEqual({
      instanceId: counters().instanceId,
      generation: 1,
      cpuFraction: 0.5, // 10 s of CPU in 10 s, of 2 CPUs
      memoryUsedBytes: 150,
      memoryResidentBytes: 200,
      diskReadBytes: 200,
      diskWriteBytes: 0,
      diskReadRequests: 0,
      diskWriteRequests: 0.5,
      networkInBytes: 0,
      networkOutBytes: 10,
    });
  });

  it.each(['cpuTimeNs', 'diskReadBytes', 'diskWriteRequests', 'networkInBytes'] as const)('is a gap when %s went back', (counter) => {
    expect(between({}, { [counter]: 1 })).toBeUndefined();
  });

  it('is a gap between two runs, even when every counter is higher', () => {
    expect(between({}, { generation: 2, cpuTimeNs: 50e9 })).toBeUndefined();
  });

  it('is a gap when no time has passed', () => {
    expect(between({}, {}, 0)).toBeUndefined();
  });

  it('is null for what one of the looks does not tell', () => {
    expect(between({ networkInBytes: null }, { cpuTimeNs: null, memoryUsedBytes: null })).toMatchObject({
      cpuFraction: null,
      memoryUsedBytes: null,
      networkInBytes: null,
      networkOutBytes: 0,
    });
  });
});
