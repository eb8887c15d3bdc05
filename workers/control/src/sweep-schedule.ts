import { CONTROL_QUEUE } from '@nephos/contracts/queue';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';

const EVERY = '10s';

/** One schedule for the whole cloud, however many control workers there are. */
export async function ensureSweep(client: Client, taskQueue = CONTROL_QUEUE): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: 'sweep',
      spec: { intervals: [{ every: EVERY }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
      action: { type: 'startWorkflow', workflowType: 'sweep', taskQueue, args: [], workflowExecutionTimeout: '5m' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
