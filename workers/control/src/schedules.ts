import { CONTROL_QUEUE } from '@nephos/contracts/queue';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';

/** What runs again and again; each can be missed and repeated. */
const SCHEDULES = [
  { scheduleId: 'sweep', workflowType: 'sweep', every: '10s', timeout: '5m' },
  { scheduleId: 'metrics-rollup', workflowType: 'rollUpMetrics', every: '5m', timeout: '10m' },
] as const;

/** One of each for the whole cloud, however many control workers there are. */
export async function ensureSchedules(client: Client, taskQueue = CONTROL_QUEUE): Promise<void> {
  for (const { scheduleId, workflowType, every, timeout } of SCHEDULES) {
    try {
      await client.schedule.create({
        scheduleId,
        spec: { intervals: [{ every }] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
        action: { type: 'startWorkflow', workflowType, taskQueue, args: [], workflowExecutionTimeout: timeout },
      });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}
