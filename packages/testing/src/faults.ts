import { ApplicationFailure } from '@temporalio/common';

/** What happens to a call of an activity: `fail` before it acts, `lose` its answer after it acted (so it runs again), act `twice`. */
export type Fault = 'fail' | 'lose' | 'twice';

type Activity = (...args: never[]) => Promise<unknown>;

/** Stands between workers and activities: notes each call, and does to it what a test asks. */
export interface Faults {
  readonly calls: string[];
  /** The fault of every call of this activity, or of all activities (`*`). */
  set(activity: string, fault: Fault | undefined): void;
  /** Called when an activity begins, before it acts. */
  onCall: (activity: string) => Promise<void> | void;
  reset(): void;
  wrap<T extends object>(activities: T): T;
}

export function createFaults(): Faults {
  const faults = new Map<string, Fault>();
  const lost = new Set<string>();
  const calls: string[] = [];

  const call = async (name: string, activity: Activity, args: never[]): Promise<unknown> => {
    calls.push(name);
    await self.onCall(name);
    const fault = faults.get(name) ?? faults.get('*');
    if (fault === 'fail') throw ApplicationFailure.nonRetryable(`${name} was told to fail`, 'HYPERVISOR_FAILED');
    const result = await activity(...args);
    if (fault === 'twice') return activity(...args);
    if (fault === 'lose' && !lost.has(name)) {
      lost.add(name);
      throw ApplicationFailure.retryable(`the answer of ${name} was lost`, 'OUTCOME_UNKNOWN');
    }
    return result;
  };
  const self: Faults = {
    calls,
    set: (activity, fault) => void (fault ? faults.set(activity, fault) : faults.delete(activity)),
    onCall: () => undefined,
    reset: () => {
      faults.clear();
      lost.clear();
      calls.length = 0;
      self.onCall = () => undefined;
    },
    wrap: (activities) =>
      new Proxy(activities, {
        get: (target, key, receiver) => {
          const activity: unknown = Reflect.get(target, key, receiver);
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whatever function an activities object holds is an activity
          return typeof activity === 'function' ? (...args: never[]) => call(String(key), activity as Activity, args) : activity;
        },
      }),
  };
  return self;
}
