import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { onHost } from '../lib/host-activities.ts';
import { runOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import type { InstanceOperation } from './deploy-instance.workflow.ts';
import { leave, settleByLooking } from './launch.ts';

export interface StopInstance extends InstanceOperation {
  /** How long the guest may take to power off by itself; 0 pulls the plug. */
  graceMs: number;
}

const records = recordActivities<InstanceRecords>();

/**
 * Powers an instance off: it is asked, and forced after a time. Then its host is free for others; its disk and addresses stay.
 * Until the guest is off it can be cancelled; then the host is asked whether the guest still runs, and the record says so.
 */
export async function stopInstance({ operationId, instanceId, graceMs }: StopInstance): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    () => settleByLooking(ref),
    async (story) => {
      const place = await records.findPlace(ref);
      if (place) await story.step('shut down the guest', () => onHost(place.hostId).doing.stopInstance({ instanceId, graceMs }));
      await story.finishForward(async (step) => {
        if (place) await step('leave the host', () => leave(ref, place));
        await step('record that it is stopped', () => records.settleInstance({ ...ref, state: 'stopped' }));
      });
    },
  );
}
