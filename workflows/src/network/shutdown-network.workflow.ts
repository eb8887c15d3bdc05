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
  const ref = { networkId };
  await runOperation(operationId, () => records.settleNetwork({ ...ref, state: 'implemented' }), async (story) => {
    await story.passPointOfNoReturn();
    const { routers } = await records.locateNetwork(ref);
    for (const router of routers) await story.finish('remove the router', () => onHost(router.hostId).finishing.removeRouter(router));
    await story.finish('remove the bridges', () => removeBridges(ref));
    await story.finish('give back what the network claimed', () => records.forgetRouter(ref));
    await records.settleNetwork({ ...ref, state: 'allocated' });
  });
}
