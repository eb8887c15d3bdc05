import { progressOf } from '@nephos/activities/lib/progress';
import type { AttemptReport } from '@nephos/contracts/agent.schema';
import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

const PROGRESS_EVERY_MS = 2_000;

/** Tells of each attempt of an activity as it begins, every two seconds while it lasts, and as it ends. */
export function tellAttempts(context: Context, tell: (attempt: AttemptReport) => void): ActivityInboundCallsInterceptor {
  return {
    execute: async (input, next) => {
      const { workflowExecution, activityId, activityType, attempt } = context.info;
      const operationId = workflowExecution?.workflowId.split('/')[1];
      if (!operationId) return next(input);
      const base = {
        operationId,
        activityId,
        activity: activityType,
        attempt,
        startedAt: new Date().toISOString(),
        fraction: null,
        errorCode: null,
        errorMessage: null,
      };
      const endedAt = () => new Date().toISOString();
      tell({ ...base, state: 'running', endedAt: null });
      const timer = setInterval(() => tell({ ...base, state: 'running', fraction: progressOf(context), endedAt: null }), PROGRESS_EVERY_MS);
      try {
        const result = await next(input);
        tell({ ...base, state: 'succeeded', fraction: 1, endedAt: endedAt() });
        return result;
      } catch (error) {
        tell({ ...base, state: 'failed', ...describe(error), endedAt: endedAt() });
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

function describe(error: unknown) {
  const errorCode = error instanceof ApplicationFailure && error.type ? error.type : 'UNEXPECTED';
  return { errorCode, errorMessage: (error instanceof Error ? error.message : String(error)).slice(0, 4_000) };
}
