import { DomainError } from '@nephos/model/errors';
import type { CallOptions } from '../hypervisor-driver.ts';
import type { SimulatorClock } from './latency.ts';

/**
 * Faults by the names of instances, so that any test or demo can ask for one through the public API. A name may hold several,
 * at its start or after a dash: `slow-start-stuck-remove-web`.
 *
 * | in the name      | what happens |
 * | ---              | --- |
 * | `fail-start-`    | every start fails for good (UNSUPPORTED) |
 * | `flaky-start-`   | a start fails twice (HYPERVISOR_FAILED, retryable), then works; counted per generation |
 * | `slow-start-`    | a start takes 30 s in steps of 1 s, with progress; a cancel ends it |
 * | `hang-start-`    | a start never ends but by a cancel |
 * | `crash-`         | the guest stops by itself one second after each start |
 * | `stubborn-`      | the guest ignores its power button: a stop or reboot waits out its grace and forces |
 * | `flaky-stop-`    | a stop fails twice (HYPERVISOR_FAILED), then works |
 * | `stuck-remove-`  | a removal fails for good (UNSUPPORTED) until `control.repair(instanceId)` |
 */
export const SENTINELS = [
  'fail-start-',
  'flaky-start-',
  'slow-start-',
  'hang-start-',
  'crash-',
  'stubborn-',
  'flaky-stop-',
  'stuck-remove-',
] as const;
export type Sentinel = (typeof SENTINELS)[number];

export function hasSentinel(name: string, sentinel: Sentinel): boolean {
  return name.startsWith(sentinel) || name.includes(`-${sentinel}`);
}

const SLOW_START_STEPS = 30;
const FLAKY_FAILURES = 2;

export interface Faults {
  onStart(guest: { instanceId: string; name: string; generation: number }, options: CallOptions): Promise<void>;
  onStop(guest: { instanceId: string; name: string }): void;
  onRemove(guest: { instanceId: string; name: string }): void;
  /** From now on nothing fails for this instance. */
  repair(instanceId: string): void;
}

export function createFaults(clock: SimulatorClock): Faults {
  const repaired = new Set<string>();
  const failures = new Map<string, number>();
  const failTwice = (key: string, message: string) => {
    const count = failures.get(key) ?? 0;
    if (count >= FLAKY_FAILURES) return;
    failures.set(key, count + 1);
    throw new DomainError('HYPERVISOR_FAILED', `${message} (failure ${count + 1} of ${FLAKY_FAILURES}, as its name asks)`);
  };
  const wants = (guest: { instanceId: string; name: string }, sentinel: Sentinel) =>
    hasSentinel(guest.name, sentinel) && !repaired.has(guest.instanceId);

  return {
    onStart: async (guest, { signal, onProgress }) => {
      if (wants(guest, 'fail-start-')) throw new DomainError('UNSUPPORTED', `The simulated host can't start ${guest.name}, as its name asks`);
      if (wants(guest, 'flaky-start-')) failTwice(`start/${guest.instanceId}/${guest.generation}`, `The simulated host did not start ${guest.name}`);
      if (wants(guest, 'slow-start-')) {
        for (let step = 1; step <= SLOW_START_STEPS; step++) {
          await clock.sleep(1000, signal, `the slow start of ${guest.name}`);
          onProgress(step / SLOW_START_STEPS);
        }
      }
      while (wants(guest, 'hang-start-')) await clock.sleep(60_000, signal, `the start of ${guest.name}, which never ends`);
    },
    onStop: (guest) => {
      if (wants(guest, 'flaky-stop-')) failTwice(`stop/${guest.instanceId}`, `The simulated host did not stop ${guest.name}`);
    },
    onRemove: (guest) => {
      if (wants(guest, 'stuck-remove-')) throw new DomainError('UNSUPPORTED', `The simulated host can't remove ${guest.name}, as its name asks`);
    },
    repair: (instanceId) => void repaired.add(instanceId),
  };
}
