import { setTimeout } from 'node:timers/promises';
import { DomainError } from '@nephos/model/errors';

/** Throws CANCELLED once the signal is aborted; `what` was being done, e.g. `the start of instance …`. */
export function assertNotCancelled(signal: AbortSignal, what: string): void {
  if (signal.aborted) throw cancelled(what, signal.reason);
}

export function cancelled(what: string, cause: unknown): DomainError {
  return new DomainError('CANCELLED', `Cancelled: ${what}`, {}, { cause });
}

/** The work's outcome, or CANCELLED as soon as the signal aborts; the work itself goes on and its outcome is dropped. */
export async function orCancelled<T>(work: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  assertNotCancelled(signal, what);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(cancelled(what, signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits, or throws CANCELLED. */
export async function sleep(ms: number, signal: AbortSignal, what: string): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (cause) {
    throw cancelled(what, cause);
  }
}
