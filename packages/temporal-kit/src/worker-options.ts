import type { DataConverter } from '@temporalio/common';
import type { NativeConnection, WorkerOptions } from '@temporalio/worker';

export interface WorkerParts {
  connection: NativeConnection;
  dataConverter: DataConverter;
  activities: object;
}

/** Of the worker that runs workflows and record activities. */
export function controlWorkerOptions({
  taskQueue,
  workflowBundlePath,
  ...parts
}: WorkerParts & { taskQueue: string; workflowBundlePath: string }): WorkerOptions {
  return {
    ...parts,
    taskQueue,
    workflowBundle: { codePath: workflowBundlePath },
    maxConcurrentWorkflowTaskPolls: 20,
    maxCachedWorkflows: 500,
    shutdownGraceTime: '10s',
  };
}

/** Of an agent's worker. Heartbeats go out often, because a cancel comes back with them. */
export function hostWorkerOptions({ taskQueue, ...parts }: WorkerParts & { taskQueue: string }): WorkerOptions {
  return {
    ...parts,
    taskQueue,
    maxConcurrentActivityTaskExecutions: 20,
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, maximum: 4, initial: 1 }, // a host that rests asks once a minute
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '10s',
  };
}
