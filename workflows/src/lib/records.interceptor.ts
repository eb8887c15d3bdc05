import { CancellationScope, type WorkflowInterceptors } from '@temporalio/workflow';

/** Record activities are out of a cancel's reach: it takes effect between steps, where the story can undo. */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [{ scheduleLocalActivity: (input, next) => CancellationScope.nonCancellable(() => next(input)) }],
});
