import type { GuestCounters } from '../hypervisor-driver.ts';
import { parseDomainName } from './domain-name.ts';

/** All guests at once; one whose QEMU is busy is not waited for, and tells less (virsh(1), domstats). */
export const COUNTER_ARGS = ['domstats', '--cpu-total', '--vcpu', '--balloon', '--interface', '--block', '--list-active', '--nowait'] as const;

const KIB = 1024;

/** Blocks of `Domain: '<name>'` and lines `  <field>=<value>`. Domains that aren't ours are not seen. Seen with libvirt 9.0. */
export function parseCounters(text: string): GuestCounters[] {
  return text.split(/^Domain: /m).flatMap((block) => {
    const [heading = '', ...lines] = block.split('\n');
    const guest = parseDomainName(heading.trim().replaceAll("'", ''));
    return guest ? [{ ...guest, ...countersIn(fieldsIn(lines)) }] : [];
  });
}

function fieldsIn(lines: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    lines.flatMap((line) => {
      const [, field, value] = /^\s+([\w.-]+)=(\d+)$/.exec(line) ?? [];
      return field && value ? [[field, Number(value)]] : [];
    }),
  );
}

function countersIn(fields: ReadonlyMap<string, number>): Omit<GuestCounters, 'instanceId' | 'generation'> {
  const one = (field: string) => fields.get(field) ?? null;
  /** Over all disks or NICs; null when one of them doesn't say, for a sum of the others would look like a reset. */
  const sum = (group: 'block' | 'net', what: string) => {
    const values = Array.from({ length: fields.get(`${group}.count`) ?? 0 }, (_, index) => one(`${group}.${index}.${what}`));
    return values.includes(null) || !fields.has(`${group}.count`) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
  };
  const resident = one('balloon.rss');
  const available = one('balloon.available');
  // What a guest would give back without a loss is not used: its caches are not. Older guests tell only what is quite empty.
  const free = one('balloon.usable') ?? one('balloon.unused');
  return {
    cpuCount: fields.get('vcpu.current') ?? 1,
    cpuTimeNs: one('cpu.time'),
    memoryUsedBytes: available === null || free === null ? null : Math.max(0, available - free) * KIB,
    memoryResidentBytes: resident === null ? null : resident * KIB,
    diskReadBytes: sum('block', 'rd.bytes'),
    diskWriteBytes: sum('block', 'wr.bytes'),
    diskReadRequests: sum('block', 'rd.reqs'),
    diskWriteRequests: sum('block', 'wr.reqs'),
    networkInBytes: sum('net', 'rx.bytes'),
    networkOutBytes: sum('net', 'tx.bytes'),
  };
}
