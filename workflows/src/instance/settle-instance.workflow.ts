import type { NetworkRecords } from '@nephos/activities/network/records.activities';
import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { onHost } from '../lib/host-activities.ts';
import { runOperation, startOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import type { InstanceOperation } from './deploy-instance.workflow.ts';
import { leave, settleByLooking } from './launch.ts';

const records = recordActivities<InstanceRecords & NetworkRecords>();

/**
 * Settles an instance that was left in a transitional state by an operation which ended without finishing (an administrator
 * gave up its stuck step), or that stopped by itself. What was on the way out is finished; of the rest, its host is asked.
 */
export async function settleInstance({ operationId, instanceId }: InstanceOperation): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    async () => undefined,
    async (story) => {
      const { state } = await records.findInstanceState(ref);
      const place = await records.findPlace(ref);
      await story.finishForward(async (step) => {
        if (state === 'deploying' || state === 'expunging') {
          if (place) await step('leave the host', () => leave(ref, place));
          await step('remove the disk', async () => {
            const volume = await records.findRootVolume(ref);
            if (volume) await onHost(volume.hostId).finishing.removeVolume(volume);
          });
          await step('forget the instance', () => records.forgetInstance(ref));
        } else if (state === 'destroying') {
          if (place) await step('leave the host', () => leave(ref, place));
          await step('record that it is destroyed', () => records.markDestroyed(ref));
        } else if (state === 'recovering') {
          await step('record that it is still destroyed', () => records.settleInstance({ ...ref, state: 'destroyed' }));
        } else {
          await step('ask its host', () => settleByLooking(ref));
        }
        await step('shut down a network that is empty', async () => {
          for (const shutdown of await records.releaseEmptyNetworks(ref)) await startOperation(shutdown);
        });
      });
    },
  );
}
