import type { NetworkRecords } from '@nephos/activities/network/records.activities';
import type { InstanceRecords } from '@nephos/activities/instance/records.activities';
import { runOperation, startOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import { launch } from './launch.ts';

export interface InstanceOperation {
  operationId: string;
  instanceId: string;
}

const records = recordActivities<InstanceRecords & NetworkRecords>();

/**
 * Makes an instance and runs it. Its rows exist already (`deploying`, with limits, addresses and names claimed by the API).
 * The network comes up if it is down; a host is found; the disk is cloned from the template there; the router learns of the
 * guest; the guest starts. Cancelled or failed, everything is removed and given back, and the instance leaves the lists.
 */
export async function deployInstance({ operationId, instanceId }: InstanceOperation): Promise<void> {
  const ref = { instanceId, operationId };
  await runOperation(
    operationId,
    () => abandon(ref),
    async (story) => {
      await launch(story, ref);
    },
  );
}

async function abandon(ref: InstanceOperation): Promise<void> {
  await records.forgetInstance(ref);
  for (const shutdown of await records.releaseEmptyNetworks(ref)) await startOperation(shutdown);
}
