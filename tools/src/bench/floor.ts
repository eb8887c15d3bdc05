import { CONTROL_QUEUE } from '@nephos/contracts/queue';
import { newId } from '@nephos/model/id';
import type { Client } from '@temporalio/client';

/** See workflows/src/floor. */
interface FloorStage {
  localCount: number;
  taskQueues: string[];
}

/** The shape of a workflow that ran: how many local activities it had before each round of those on hosts, and on which queues those were. */
export async function shapeOf(temporal: Client, workflowId: string): Promise<FloorStage[]> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  let stage: FloorStage = { localCount: 0, taskQueues: [] };
  let decision = '';
  const stages = [stage];
  const next = () => stages.push((stage = { localCount: 0, taskQueues: [] }));
  for (const { markerRecordedEventAttributes: marker, activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
    if (marker?.markerName === 'core_local_activity') {
      if (stage.taskQueues.length > 0) next();
      stage.localCount++;
    }
    if (scheduled?.taskQueue?.name) {
      const decidedIn = String(scheduled.workflowTaskCompletedEventId); // the same for those that were scheduled at once
      if (stage.taskQueues.length > 0 && decidedIn !== decision) next();
      stage.taskQueues.push(scheduled.taskQueue.name);
      decision = decidedIn;
    }
  }
  return stages;
}

/** Runs an empty workflow of that shape to its end. */
export async function runFloor(temporal: Client, stages: FloorStage[]): Promise<void> {
  await temporal.workflow.execute('runFloor', { workflowId: `floor/${newId()}`, taskQueue: CONTROL_QUEUE, args: [{ stages }] });
}

export function describeShape(stages: readonly FloorStage[]): string {
  return stages
    .map(({ localCount, taskQueues }) => `${localCount} local${taskQueues.length > 0 ? `, ${taskQueues.length} on hosts` : ''}`)
    .join('; ');
}
