import type { NetworkRecords } from '@nephos/activities/network/records.activities';
import { onHost } from '../lib/host-activities.ts';
import { runOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';
import { removeBridges, type NetworkOperation } from './implement-network.workflow.ts';

const records = recordActivities<NetworkRecords>();

/**
 * Takes a network down that nobody uses: its router and bridges are removed, and what they claimed goes back only then,
 * because an address that still answers must not be given again. The network's row and its guests' addresses stay.
 */
export async function shutdownNetwork({ operationId, networkId }: NetworkOperation): Promise<void> {
  const ref = { networkId, operationId };
  await runOperation(
    operationId,
    () => records.settleNetwork({ ...ref, state: 'implemented' }),
    async (story) => {
      await story.finishForward(async (step) => {
        await step('remove the router', async () => {
          for (const router of (await records.locateNetwork(ref)).routers) await onHost(router.hostId).finishing.removeRouter(router);
        });
        await step('remove the bridges', () => removeBridges(ref));
        await step('give back what the network claimed', () => records.forgetRouter(ref));
        await step('record that it is down', () => records.settleNetwork({ ...ref, state: 'allocated' }));
      });
    },
  );
}
