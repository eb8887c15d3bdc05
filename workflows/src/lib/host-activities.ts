import { ActivityCancellationType, ActivityFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import { hostQueue } from '@nephos/contracts/queue';
import type { HostActivities } from '@nephos/activities/host-activities';

const RETRY = { initialInterval: '1s', maximumInterval: '15s' } as const;

/**
 * Activities on one host's own queue: `asking` for a question that tells whether the agent is there; `doing` for steps;
 * `finishing` for undos, and for steps after the point of no return. When the agent is away, a step fails after two minutes,
 * and the story decides; it never hangs.
 */
export function onHost(hostId: string): { asking: HostActivities; doing: HostActivities; finishing: HostActivities } {
  const taskQueue = hostQueue(hostId);
  return {
    asking: proxyActivities<HostActivities>({
      taskQueue,
      scheduleToStartTimeout: '20s', // a host that reports polls all the time
      startToCloseTimeout: '1m',
      retry: { maximumAttempts: 1 }, // so that "did not start" can't be said of a second attempt
    }),
    doing: proxyActivities<HostActivities>({
      taskQueue,
      scheduleToStartTimeout: '2m',
      startToCloseTimeout: '2h',
      heartbeatTimeout: '30s',
      retry: { ...RETRY, maximumAttempts: 5 },
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED, // an undo never races the step
    }),
    finishing: proxyActivities<HostActivities>({
      taskQueue,
      startToCloseTimeout: '10m',
      scheduleToCloseTimeout: '10m', // then the operation is shown as stuck
      heartbeatTimeout: '30s',
      retry: { ...RETRY, maximumInterval: '1m' },
    }),
  };
}

/**
 * Whether an `asking` activity failed without having reached its host, so that another may be tried. Of one with several
 * attempts it says nothing: Temporal fails it in the same words when only the last attempt did not start (tried).
 */
export function neverStarted(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'SCHEDULE_TO_START';
}
