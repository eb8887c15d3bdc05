import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';

export interface ErrorText {
  code: string;
  message: string;
}

/** What people read about a failure: our own code and message where one of ours is at the bottom of it. */
export function describeFailure(error: unknown): ErrorText {
  if (isCancellation(error)) return { code: 'CANCELLED', message: 'The operation was cancelled.' };
  const cause = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return describeTimeout(cause);
  if (cause instanceof ApplicationFailure && cause.type) return { code: codeOf(cause.type), message: cause.message };
  return { code: 'UNEXPECTED', message: cause instanceof Error ? cause.message : String(cause) };
}

function describeTimeout(timeout: TimeoutFailure): ErrorText {
  if (timeout.timeoutType === 'SCHEDULE_TO_START')
    return { code: 'HOST_UNREACHABLE', message: 'The host did not take the work within two minutes: its agent is away.' };
  return { code: 'OUTCOME_UNKNOWN', message: 'The host took the work and then was not heard of again, so nobody can say what it did.' };
}

/** ApplicationFailure types that are not our codes are names of JavaScript errors. */
function codeOf(type: string): string {
  return /^[A-Z][A-Z_]+$/.test(type) ? type : 'UNEXPECTED';
}
