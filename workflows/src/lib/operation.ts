import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setHandler,
  startChild,
  WorkflowIdReusePolicy,
  log,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { OPERATION_KINDS, isOperationKind, workflowIdOf } from '@nephos/model/operation-kind';
import type { ClosedOperationState } from '@nephos/model/operation/state';
import type { OperationRecords } from '@nephos/activities/operation/records.activities';
import { describeFailure, type ErrorText } from './failure.ts';
import { recordActivities } from './records.ts';

type Undo = () => Promise<void>;
type Run<T> = () => Promise<T>;

export interface Story {
  readonly operationId: string;
  /** Runs one named step. Its undo is registered first: a step that timed out, or whose answers were lost, may still have happened. */
  step<T>(name: string, run: Run<T>, undo?: Undo): Promise<T>;
  /**
   * From here on a cancel is refused and nothing is undone: what is left to do is the steps of `finish`, each of which
   * finishes or waits for an administrator. A cancel that was asked for before still wins.
   */
  finishForward(finish: (step: (name: string, run: () => Promise<void>) => Promise<void>) => Promise<void>): Promise<void>;
  /** Waits for another operation, starting it when nobody has. Throws its error when it failed. */
  waitFor(other: OtherOperation): Promise<void>;
}

export interface OtherOperation {
  id: string;
  kind: string;
  input: Record<string, unknown>;
}

/** An administrator's answers to a step that has to finish and can't. */
export const retryStep = defineSignal('retryStep');
export const resolveStep = defineSignal<[{ reason: string }]>('resolveStep');
/** Tells a waiting operation how another one ended. */
export const operationEnded = defineSignal<[{ operationId: string; error: ErrorText | null }]>('operationEnded');

const records = recordActivities<OperationRecords>();

/**
 * Tells the story of one operation: pending → running → succeeded, or → undoing → failed | cancelled.
 * `giveBack` undoes what the request itself claimed and moved, so it is the first undo there is. Undos run newest first;
 * one that can't finish shows the operation as stuck and waits for an administrator.
 */
export async function runOperation(operationId: string, giveBack: Undo, tell: (story: Story) => Promise<void>): Promise<void> {
  const undos: { name: string; undo: Undo }[] = [{ name: 'give back what was claimed', undo: giveBack }];
  const ended = new Map<string, ErrorText | null>();
  let position = 0;
  let answer: 'retry' | 'resolve' | undefined;
  setHandler(operationEnded, ({ operationId: id, error }) => void ended.set(id, error));
  setHandler(retryStep, () => void (answer = 'retry'));
  setHandler(resolveStep, () => void (answer = 'resolve'));

  const enterStep = (name: string, isUndo: boolean) => records.enterStep({ operationId, position: position++, name, isUndo });

  /** Runs what must not be left undone. When it can't finish, the operation is stuck until an administrator answers. */
  const mustFinish = async (name: string, isUndo: boolean, run: () => Promise<void>): Promise<void> => {
    for (;;) {
      try {
        await enterStep(name, isUndo);
        return await run(); // its own options: backoff up to a minute, given up after ten
      } catch (error) {
        answer = undefined;
        await records.markStuck({ operationId, error: describeFailure(error) });
        await condition(() => answer !== undefined);
        await records.resumeOperation({ operationId, to: isUndo ? 'undoing' : 'running' });
        if (answer === 'resolve') return;
      }
    }
  };

  const story: Story = {
    operationId,
    step: async (name, run, undo) => {
      throwIfCancelled();
      if (undo) undos.unshift({ name: `undo: ${name}`, undo });
      await enterStep(name, false);
      return run();
    },
    finishForward: (finish) =>
      CancellationScope.nonCancellable(async () => {
        if (!(await records.refuseCancel({ operationId }))) throw new CancelledFailure('The operation was cancelled.');
        await finish((name, run) => mustFinish(name, false, run));
      }),
    waitFor: async (other) => {
      await startOperation(other);
      await condition(() => ended.has(other.id));
      const error = ended.get(other.id);
      if (error) throw ApplicationFailure.nonRetryable(error.message, error.code);
    },
  };

  const end = async (state: ClosedOperationState, error: ErrorText | null): Promise<void> => {
    const { waiters } = await records.endOperation({ operationId, state });
    await Promise.all(waiters.map((waiter) => tellWaiter(waiter, operationId, error)));
  };

  try {
    const verdict = await records.beginOperation({ operationId });
    if (verdict === 'over') return;
    if (verdict === 'cancelled') throw new CancelledFailure('The operation was cancelled before it began.');
    await tell(story);
    await CancellationScope.nonCancellable(() => end('succeeded', null));
  } catch (error) {
    const failure = describeFailure(error);
    log.info('operation undoes', { operationId, ...failure });
    const isOver = await CancellationScope.nonCancellable(async () => {
      if ((await records.startUndo({ operationId, error: failure })) === 'over') return true; // told again after its end; see the records' enterStep
      for (const { name, undo } of undos) await mustFinish(name, true, undo);
      await end(failure.code === 'CANCELLED' ? 'cancelled' : 'failed', failure);
      return false;
    });
    if (!isOver) throw error;
  }
}

/** Starts an operation whose row is there. That it runs already is a success; the sweep does the same for those nobody started. */
export async function startOperation({ id, kind, input }: OtherOperation): Promise<void> {
  if (!isOperationKind(kind)) throw ApplicationFailure.nonRetryable(`There is no kind of operation called ${kind}.`, 'UNEXPECTED');
  try {
    await startChild(OPERATION_KINDS[kind].workflow, {
      workflowId: workflowIdOf({ kind, id }),
      args: [{ operationId: id, ...input }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

async function tellWaiter({ id, kind }: { id: string; kind: string }, operationId: string, error: ErrorText | null): Promise<void> {
  if (!isOperationKind(kind)) return;
  try {
    await getExternalWorkflowHandle(workflowIdOf({ id, kind })).signal(operationEnded, { operationId, error });
  } catch (failure) {
    log.info('a waiting operation has gone', { operationId, waiter: id, failure: String(failure) });
  }
}

function throwIfCancelled(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('The operation was cancelled.');
}
