import { orCancelled } from './cancellation.ts';

export type KeyedLock = <T>(key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/**
 * One at a time per key, in order of arrival. Ours because a wait must end when its operation is cancelled, which the known
 * mutex libraries can't do for one waiter alone.
 */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();
  return async (key, signal, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const tail = before.then(() => done);
    tails.set(key, tail);
    try {
      await orCancelled(before, signal, `waiting for the work before on ${key}`);
      return await work();
    } finally {
      finish();
      void tail.then(() => tails.get(key) === tail && tails.delete(key));
    }
  };
}
