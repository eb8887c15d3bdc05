import { ApplicationFailure, Context } from '@temporalio/activity';
import type { CallOptions } from '@nephos/drivers/hypervisor-driver';
import { DomainError } from '@nephos/model/errors';
import { noteProgress, progressOf } from './progress.ts';

const HEARTBEAT_EVERY_MS = 2_000;

/** Runs one driver call: heartbeats while it lasts (so the silent driver is not taken for dead), passes cancellation down, maps our errors to Temporal's. */
export async function onThisHost<T>(call: (options: CallOptions) => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat({ fraction: progressOf(context) }), HEARTBEAT_EVERY_MS);
  try {
    return await call({ signal: context.cancellationSignal, onProgress: (fraction) => noteProgress(context, fraction) });
  } catch (error) {
    if (context.cancellationSignal.aborted) await context.cancelled; // throws the cancellation, whatever the driver threw because of it
    throw toActivityFailure(error);
  } finally {
    clearInterval(timer);
  }
}

/** Our errors in Temporal's words; anything else is a mistake of ours, and retried. */
export function toActivityFailure(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  return ApplicationFailure.create({
    message: error.message,
    type: error.code,
    nonRetryable: !error.isRetryable,
    details: [error.details],
    cause: error,
  });
}
