import { createHash } from 'node:crypto';
import type { GuestCounters } from '../hypervisor-driver.ts';
import type { SimulatedGuest } from './simulated-state.ts';

const MIB = 1024 ** 2;
/** Of a guest that an older simulator remembered without its size. */
const DEFAULT_MEMORY_MIB = 512;
/** Two waves over each other look like work; both are short enough to be seen in an hour. */
const WAVES = [
  { seconds: 17 * 60, height: 0.6 },
  { seconds: 170, height: 0.3 },
] as const;

/**
 * What a guest would have counted by now. A function of its id and how long it has run, so that every look agrees, counters only
 * grow, and a guest that was started anew begins at 0.
 */
export function simulatedCounters(guest: SimulatedGuest, nowMs: number): GuestCounters {
  const { id, generation, cpuCount = 1, memoryMib = DEFAULT_MEMORY_MIB } = guest;
  const seconds = Math.max(0, nowMs - (guest.startedAt ?? nowMs)) / 1000;
  const seed = createHash('sha256').update(id).digest();
  const part = (index: number) => (seed[index] ?? 0) / 256;
  const count = (perSecond: number, index: number) => Math.floor(perSecond * (0.2 + part(index)) * spent(seconds, part(index + 1) * 2 * Math.PI));
  const used = Math.floor(memoryMib * MIB * (0.25 + 0.3 * part(9) + 0.1 * Math.sin(seconds / 300 + part(10))));
  return {
    instanceId: id,
    generation,
    cpuCount,
    cpuTimeNs: count(cpuCount * 0.3e9, 0),
    memoryUsedBytes: used,
    memoryResidentBytes: Math.floor(memoryMib * MIB * (0.8 + 0.1 * part(9))),
    diskReadBytes: count(2 * MIB, 1),
    diskWriteBytes: count(MIB, 2),
    diskReadRequests: count(90, 3),
    diskWriteRequests: count(60, 4),
    networkInBytes: count(MIB / 2, 5),
    networkOutBytes: count(MIB / 4, 6),
  };
}

/** The integral of `1 + waves` from 0 to `seconds`. The waves together are lower than 1, so it only grows. */
function spent(seconds: number, phase: number): number {
  return WAVES.reduce((sum, wave) => {
    const speed = (2 * Math.PI) / wave.seconds;
    return sum + (wave.height / speed) * (Math.cos(phase) - Math.cos(seconds * speed + phase));
  }, seconds);
}
