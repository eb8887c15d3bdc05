import type { TRPCClient } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from './app-router.ts';
import { NephosError } from './error.ts';

export type Operation = inferRouterOutputs<AppRouter>['operation']['get'];
export type Step = Operation['steps'][number];

export interface WaitOptions {
  /** Called for every step that began or changed its state, in order, also for those of the past. */
  onStep?: (step: Step, operation: Operation) => void;
  signal?: AbortSignal;
}

const CLOSED = new Set<Operation['state']>(['succeeded', 'failed', 'cancelled']);

/**
 * Follows one operation to its end. Each change of it in the change stream is a reason to read it; nothing asks at
 * intervals. Whenever the stream is connected anew it is read too, because something may have been missed.
 */
export async function waitForOperation(api: TRPCClient<AppRouter>, operationId: string, { onStep, signal }: WaitOptions = {}): Promise<Operation> {
  const told = new Map<number, string>();
  const read = async (): Promise<Operation> => {
    const operation = await api.operation.get.query({ operationId }, signal && { signal });
    for (const step of operation.steps) {
      if (told.get(step.position) === step.state) continue;
      told.set(step.position, step.state);
      onStep?.(step, operation);
    }
    return operation;
  };
  const now = await read(); // says at once what is wrong with the id, the token or the address
  return CLOSED.has(now.state) ? now : follow(api, operationId, read, signal);
}

function follow(
  api: TRPCClient<AppRouter>,
  operationId: string,
  read: () => Promise<Operation>,
  signal: AbortSignal | undefined,
): Promise<Operation> {
  return new Promise((resolve, reject) => {
    let isReading = false;
    let isStale = false;
    const look = async () => {
      isStale = true;
      if (isReading) return; // once more when this reading is done
      isReading = true;
      try {
        while (isStale) {
          isStale = false;
          const operation = await read();
          if (CLOSED.has(operation.state)) return end(() => resolve(operation));
        }
      } catch (error) {
        const isAway = error instanceof NephosError && error.code === 'UNREACHABLE';
        if (!isAway) end(() => reject(error)); // when the API is back the stream is connected anew, and that reads again
      } finally {
        isReading = false;
      }
    };
    const stream = api.change.watch.subscribe(
      {},
      {
        onStarted: () => void look(),
        onData: ({ data }) => void (data.resourceId === operationId && look()),
        onError: (error) => end(() => reject(error)),
      },
    );
    const onAbort = () => end(() => reject(new NephosError('ABORTED', 'Nobody waits for the operation any more. It goes on.')));
    const end = (settle: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      stream.unsubscribe();
      settle();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
