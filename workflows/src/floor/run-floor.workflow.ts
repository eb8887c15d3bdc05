import { proxyActivities } from '@temporalio/workflow';
import type { FloorRecords } from '@nephos/activities/floor/records.activities';
import type { HostActivities } from '@nephos/activities/host-activities';
import { recordActivities } from '../lib/records.ts';

/** Some local activities one after the other, then some on hosts' queues all at once. */
export interface FloorStage {
  localCount: number;
  taskQueues: string[];
}

const records = recordActivities<FloorRecords>();

/**
 * Does nothing, with as many activities as an operation has: what Temporal alone costs, the floor that `npm run bench`
 * measures operations against. It runs in the same worker processes and over the same queues.
 */
export async function runFloor({ stages }: { stages: FloorStage[] }): Promise<void> {
  for (const { localCount, taskQueues } of stages) {
    for (let count = 0; count < localCount; count++) await records.recordNothing();
    await Promise.all(taskQueues.map((taskQueue) => onQueue(taskQueue).doNothing()));
  }
}

function onQueue(taskQueue: string): Pick<HostActivities, 'doNothing'> {
  return proxyActivities<HostActivities>({ taskQueue, startToCloseTimeout: '1m', heartbeatTimeout: '30s' });
}
