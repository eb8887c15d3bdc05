import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { runOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import type { InstanceOperation } from './deploy-instance.workflow.ts';

const records = recordActivities<InstanceRecords>();

/** Brings a destroyed instance back as stopped, with its disk, name and addresses. */
export async function recoverInstance({ operationId, instanceId }: InstanceOperation): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    () => records.settleInstance({ ...ref, state: 'destroyed' }),
    async (story) => {
      await story.step('bring back the records', () => records.markRecovered(ref));
    },
  );
}
