import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { onHost } from '../lib/host-activities.ts';
import { runOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import type { StopInstance } from './stop-instance.workflow.ts';

const records = recordActivities<InstanceRecords>();

/** Restarts the guest where it is: it is asked, and reset after a time. It keeps host, disk and addresses whatever happens. */
export async function rebootInstance({ operationId, instanceId, graceMs }: StopInstance): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    () => records.settleInstance({ ...ref, state: 'running' }),
    async (story) => {
      const { hostId } = await records.requirePlace(ref);
      const spec = await records.describeInstance(ref);
      await story.step('restart the guest', () => onHost(hostId).doing.rebootInstance({ spec, graceMs }));
      await records.settleInstance({ ...ref, state: 'running' });
    },
  );
}
