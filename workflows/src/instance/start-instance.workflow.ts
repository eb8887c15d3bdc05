import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { runOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import type { InstanceOperation } from './deploy-instance.workflow.ts';
import { launch } from './launch.ts';

const records = recordActivities<InstanceRecords>();

/**
 * Runs a stopped instance again, where its disk is. Cancelled or failed, the guest is removed from the host, the claim goes
 * back, and the instance is stopped as before.
 */
export async function startInstance({ operationId, instanceId }: InstanceOperation): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    () => records.settleInstance({ ...ref, state: 'stopped' }),
    async (story) => {
      await launch(story, ref);
    },
  );
}
