import type { NetworkRecords } from '@nephos/activities/network/records.activities';
import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { onHost } from '../lib/host-activities.ts';
import { runOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import type { InstanceOperation } from './deploy-instance.workflow.ts';

const records = recordActivities<InstanceRecords & NetworkRecords>();

/**
 * Removes a destroyed instance for ever: disk, addresses, limits. There is no way back once the disk is touched, so from
 * there it finishes forward. Its router forgets it last, when the address may already be another's: the router takes the whole state.
 */
export async function expungeInstance({ operationId, instanceId }: InstanceOperation): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    () => records.settleInstance({ ...ref, state: 'destroyed' }),
    async (story) => {
      await story.finishForward(async (step) => {
        await step('remove the disk', async () => {
          const volume = await records.findRootVolume(ref);
          if (volume) await onHost(volume.hostId).finishing.removeVolume(volume);
        });
        await step('forget the instance', () => records.forgetInstance(ref));
        await step('tell the router', async () => {
          for (const router of await records.listRouters(ref)) await onHost(router.hostId).finishing.refreshRouter(router);
        });
      });
    },
  );
}
