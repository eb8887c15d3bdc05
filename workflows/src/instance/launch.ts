import { isCancellation } from '@temporalio/workflow';
import type { NetworkRecords } from '@nephos/activities/network/records.activities';
import type { InstanceRecords, Placed } from '@nephos/activities/instance/records.activities';
import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { neverStarted, onHost } from '../lib/host-activities.ts';
import type { Story } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';

const records = recordActivities<InstanceRecords & NetworkRecords>();

type Ref = { instanceId: string; operationId: string };

/**
 * The part that deploy and start share: from an instance that is nowhere to a guest that runs.
 * A host whose agent does not answer is left, and the next one tried; once a host has begun, it is the one.
 */
export async function launch(story: Story, ref: Ref): Promise<void> {
  await story.step('bring up the network', () => bringUpNetworks(story, ref));
  const hostId = await findHost(story, ref);
  const host = onHost(hostId);
  const spec = await records.describeInstance(ref);
  await story.step(
    'prepare the disk',
    () => prepareDisks(hostId, spec),
    () => removeNewDisks(ref, hostId, spec),
  );
  await story.step(
    'connect the network',
    () => connect(ref, hostId),
    () => leaveClaim(ref, hostId),
  );
  await story.step(
    'start the guest',
    async () => void (await host.doing.ensureInstance(spec)),
    () => host.finishing.removeInstance({ instanceId: ref.instanceId, generation: spec.generation }),
  );
  await records.finishLaunch(ref);
}

async function bringUpNetworks(story: Story, ref: Ref): Promise<void> {
  // Again after each wait: the operation that was waited for may have been one that took the network down.
  for (;;) {
    const waited = await records.requestNetworks(ref);
    if (waited.length === 0) return;
    for (const other of waited) await story.waitFor(other);
  }
}

async function findHost(story: Story, ref: Ref): Promise<string> {
  const excludeHostIds: string[] = [];
  for (;;) {
    const { hostId } = await story.step(
      'find a host',
      () => records.placeInstance({ ...ref, excludeHostIds }),
      () => records.releasePlace(ref),
    );
    if (await isThere(hostId, ref)) return hostId;
    excludeHostIds.push(hostId);
  }
}

async function isThere(hostId: string, ref: Ref): Promise<boolean> {
  try {
    await onHost(hostId).asking.findInstance({ instanceId: ref.instanceId });
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return !neverStarted(error); // any answer is one
  }
}

async function prepareDisks(hostId: string, spec: InstanceSpec): Promise<void> {
  for (const volume of spec.volumes) await onHost(hostId).doing.prepareVolume(volume);
}

/** Only what this launch made: the disk of an instance that ran before is its owner's data. */
async function removeNewDisks({ instanceId }: Ref, hostId: string, spec: InstanceSpec): Promise<void> {
  const newVolumeIds = await records.listNewVolumes({ instanceId });
  for (const volume of spec.volumes.filter(({ volumeId }) => newVolumeIds.includes(volumeId))) await onHost(hostId).finishing.removeVolume(volume);
}

/** This host carries the networks and the routers know the guest before it asks for its address. The networks' other hosts are told meanwhile. */
async function connect({ instanceId }: Ref, hostId: string): Promise<void> {
  const { shares, routers } = await records.describeNetworks({ instanceId, hostId });
  await Promise.all([
    ...shares.map((share) => onHost(hostId).doing.ensureNetwork(share)),
    ...routers.map((router) => onHost(router.hostId).doing.ensureRouter(router)),
  ]);
}

/** Takes the guest, which is off, from its host, gives the claim back, and removes the networks that nobody there uses any more. */
export async function leave(ref: Ref, place: Placed): Promise<void> {
  await onHost(place.hostId).finishing.removeInstance({ instanceId: ref.instanceId, generation: place.generation });
  await leaveClaim(ref, place.hostId);
}

/** After a stop or destroy that was given up half way: only the host can say whether the guest still runs. */
export async function settleByLooking(ref: Ref): Promise<void> {
  const place = await records.findPlace(ref);
  const guest = place && (await onHost(place.hostId).finishing.findInstance({ instanceId: ref.instanceId }));
  if (place && guest?.state !== 'running') await leave(ref, place);
  await records.settleInstance({ ...ref, state: guest?.state === 'running' ? 'running' : 'stopped' });
}

async function leaveClaim(ref: Ref, hostId: string): Promise<void> {
  for (const network of await records.leaveHost({ ...ref, hostId })) await onHost(hostId).finishing.removeNetwork(network);
}
