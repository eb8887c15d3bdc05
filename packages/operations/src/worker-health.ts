import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const { TaskQueueType } = proto.temporal.api.enums.v1;

/** How many workers have asked for work on a queue in the last minutes, as the server remembers. */
export async function countPollers(client: Client, queue: string, kind: 'workflows' | 'activities'): Promise<number> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: kind === 'workflows' ? TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW : TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
  });
  return pollers?.length ?? 0;
}

/** When a schedule last began something, or was made if it has not yet. Undefined: there is no such schedule, or it is paused. */
export async function lastRunOf(client: Client, scheduleId: string): Promise<Date | undefined> {
  try {
    const { info, state } = await client.schedule.getHandle(scheduleId).describe();
    return state.paused ? undefined : (info.recentActions.at(-1)?.takenAt ?? info.createdAt);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
