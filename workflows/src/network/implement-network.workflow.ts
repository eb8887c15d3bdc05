import type { NetworkRecords } from '@nephos/activities/network/records.activities';
import { onHost } from '../lib/host-activities.ts';
import { runOperation, startOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';

export interface NetworkOperation {
  operationId: string;
  networkId: string;
}

const records = recordActivities<NetworkRecords>();

/** Brings a network up: an identifier, a public address and a host are claimed, and the router starts there. Failed, all of it goes back. */
export async function implementNetwork({ operationId, networkId }: NetworkOperation): Promise<void> {
  const ref = { networkId, operationId };
  await runOperation(
    operationId,
    () => records.settleNetwork({ ...ref, state: 'allocated' }),
    async (story) => {
      const router = await story.step(
        'find a host for the router',
        () => records.placeRouter(ref),
        () => records.forgetRouter(ref),
      );
      const host = onHost(router.hostId);
      const { appliedRevision } = await story.step(
        'start the router',
        () => host.doing.ensureRouter(router),
        async () => {
          await host.finishing.removeRouter(router);
          await removeBridges(ref);
        },
      );
      await records.noteRouterApplied({ routerId: router.routerId, appliedRevision });
      await story.finishForward(async (step) => {
        await step('record that it is up', () => records.finishImplement(ref));
        await step('shut it down again if nobody is left', async () => {
          const shutdown = await records.releaseEmptyNetwork(ref);
          if (shutdown) await startOperation(shutdown);
        });
      });
    },
  );
}

/** The network's bridges and tunnels leave every host that has them. */
export async function removeBridges({ networkId }: { networkId: string }): Promise<void> {
  const { vni, revision, hostIds } = await records.locateNetwork({ networkId });
  if (vni === null) return;
  await Promise.all(hostIds.map((hostId) => onHost(hostId).finishing.removeNetwork({ networkId, vni, revision })));
}
