import type { NetworkRecords } from '@nephos/activities/network/records.activities';
import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { onHost } from '../lib/host-activities.ts';
import { runOperation, startOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import { leave, settleByLooking } from './launch.ts';
import type { StopInstance } from './stop-instance.workflow.ts';

const records = recordActivities<InstanceRecords & NetworkRecords>();

/**
 * Powers an instance off for good, but keeps its disk, name and addresses for a day, in which it can be recovered.
 * A network that has no other instance is shut down after it.
 */
export async function destroyInstance({ operationId, instanceId, graceMs }: StopInstance): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    () => settleByLooking(ref),
    async (story) => {
      const place = await records.findPlace(ref);
      if (place) await story.step('shut down the guest', () => onHost(place.hostId).doing.stopInstance({ instanceId, graceMs }));
      await story.finishForward(async (step) => {
        if (place) await step('leave the host', () => leave(ref, place));
        await step('record that it is destroyed', () => records.markDestroyed(ref));
        await step('shut down a network that is empty', async () => {
          for (const shutdown of await records.releaseEmptyNetworks(ref)) await startOperation(shutdown);
        });
      });
    },
  );
}
