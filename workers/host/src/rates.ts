import type { Sample } from '@nephos/contracts/metrics.schema';
import type { GuestCounters } from '@nephos/drivers/hypervisor-driver';

/** One look at a guest's counters. `atMs` is of a clock that only goes forward. */
export interface Look {
  atMs: number;
  counters: GuestCounters;
}

const CUMULATIVE = [
  'cpuTimeNs',
  'diskReadBytes',
  'diskWriteBytes',
  'diskReadRequests',
  'diskWriteRequests',
  'networkInBytes',
  'networkOutBytes',
] as const;
type Cumulative = (typeof CUMULATIVE)[number];

/**
 * What a guest did between two looks, per second. Undefined where they can't be compared, which is a gap in its charts: another run
 * of it, or a counter that went back (it was started anew, or lost a disk or NIC) – never a rate below 0, nor one over a restart.
 */
export function sampleBetween(before: Look, after: Look): Sample | undefined {
  const seconds = (after.atMs - before.atMs) / 1000;
  const [old, now] = [before.counters, after.counters];
  if (seconds <= 0 || old.generation !== now.generation) return undefined;
  if (CUMULATIVE.some((counter) => (now[counter] ?? Infinity) < (old[counter] ?? 0))) return undefined;
  const perSecond = (counter: Cumulative) => {
    const [from, to] = [old[counter], now[counter]];
    return from === null || to === null ? null : (to - from) / seconds;
  };
  const cpuNsPerSecond = perSecond('cpuTimeNs');
  return {
    instanceId: now.instanceId,
    generation: now.generation,
    cpuFraction: cpuNsPerSecond === null ? null : cpuNsPerSecond / 1e9 / Math.max(1, now.cpuCount),
    memoryUsedBytes: now.memoryUsedBytes,
    memoryResidentBytes: now.memoryResidentBytes,
    diskReadBytes: perSecond('diskReadBytes'),
    diskWriteBytes: perSecond('diskWriteBytes'),
    diskReadRequests: perSecond('diskReadRequests'),
    diskWriteRequests: perSecond('diskWriteRequests'),
    networkInBytes: perSecond('networkInBytes'),
    networkOutBytes: perSecond('networkOutBytes'),
  };
}
