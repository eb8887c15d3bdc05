import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { releaseGuestAddresses } from '@nephos/db/address.repo';
import type { Db, Tx } from '@nephos/db/database';
import { releaseHost } from '@nephos/db/host-claim.repo';
import { lockAndMoveOwned, lockInstance } from '@nephos/db/instance.repo';
import { releaseLimits } from '@nephos/db/limit.repo';
import { describeInstance } from '@nephos/db/instance-spec.repo';
import { announceNetwork, isNetworkOnHost, raiseRevision } from '@nephos/db/network.repo';
import { placeOnHost, type Ranking } from '@nephos/db/placement.repo';
import { claimPool, releasePool } from '@nephos/db/pool-claim.repo';
import type { InstanceState } from '@nephos/model/instance/state';
import { DomainError } from '@nephos/model/errors';
import { EXPUNGE_DELAY_MS } from '@nephos/model/limits';
import { recordCall, statementCall } from '../lib/record-call.ts';

type Ref = { instanceId: string };
/**
 * An instance and the operation that owns it. What is written for an operation may be written again after it has ended (a workflow whose
 * last answers were lost tells them again), when the instance may be another operation's; so it is written for its owner only.
 */
type OwnedRef = Ref & { operationId: string };
export interface Placed {
  hostId: string;
  generation: number;
}

/** What operations on instances write down. */
export function createInstanceRecords({ db, ranking }: { db: Db; ranking: Ranking }) {
  const record = recordCall(db);
  const recordAtOnce = statementCall(db);
  return {
    /** Claims a host (and its pool, for a disk that is nowhere yet) under a new generation. Repeated, it answers the claim it has. */
    placeInstance: ({ instanceId, operationId, excludeHostIds }: OwnedRef & { excludeHostIds: string[] }): Promise<Placed> =>
      record(async (tx) => {
        const instance = await lockInstance(tx, instanceId);
        if (instance.operationId !== operationId)
          throw new DomainError('INVALID_STATE', `Instance ${instance.name} does not belong to this operation any more.`, {
            instanceId,
            operationId,
          });
        const held = await tx.hostAllocation.findUnique({ where: { resourceId: instanceId } });
        if (held && !excludeHostIds.includes(held.hostId)) return { hostId: held.hostId, generation: held.generation };
        if (held) await unplace(tx, instanceId);
        const volume = await rootVolume(tx, instanceId);
        const { placementTags } = await tx.computeOffering.findUniqueOrThrow({ where: { id: instance.computeOfferingId } });
        const generation = instance.generation + 1;
        const host = await placeOnHost(
          tx,
          ranking,
          { resourceId: instanceId, generation },
          {
            zoneId: instance.zoneId,
            cpuMhz: instance.cpuMhz * instance.cpuCount,
            memoryMib: instance.memoryMib,
            diskBytes: Number(volume.sizeBytes),
            placementTags,
            excludeHostIds,
            poolId: volume.poolId ?? undefined,
          },
        );
        if (!volume.poolId && !(await claimPool(tx, host.poolId, volume.id))) {
          throw new Error(`pool ${host.poolId} filled up meanwhile`); // the transaction is given up and the activity runs again
        }
        await tx.instance.update({ where: { id: instanceId }, data: { hostId: host.hostId, generation }, select: { id: true } });
        await raiseRevisions(tx, instanceId);
        return { hostId: host.hostId, generation };
      }),
    /** Gives a claim back of which the host has seen nothing yet. */
    releasePlace: (ref: OwnedRef) =>
      record(async (tx) => {
        if (await lockIfOwned(tx, ref)) await unplace(tx, ref.instanceId);
      }),
    findInstanceState: ({ instanceId }: Ref): Promise<{ state: string }> =>
      recordAtOnce((tx) => tx.instance.findUniqueOrThrow({ where: { id: instanceId }, select: { state: true } })),
    /** Where the instance runs; null when no host has a claim for it. */
    findPlace: ({ instanceId }: Ref): Promise<Placed | null> => recordAtOnce((tx) => findPlace(tx, instanceId)),
    requirePlace: ({ instanceId }: Ref): Promise<Placed> =>
      recordAtOnce(async (tx) => {
        const place = await findPlace(tx, instanceId);
        if (!place) throw new DomainError('INVALID_STATE', 'The instance is on no host.', { instanceId });
        return place;
      }),
    /** Volumes of an instance that never ran: theirs is no data yet. */
    listNewVolumes: ({ instanceId }: Ref): Promise<string[]> =>
      recordAtOnce(async (tx) => (await tx.volume.findMany({ where: { instanceId, state: 'allocated' }, select: { id: true } })).map(({ id }) => id)),
    describeInstance: ({ instanceId }: Ref): Promise<InstanceSpec> => recordAtOnce((tx) => describeInstance(tx, instanceId)),
    /** The instance runs where it was placed. */
    finishLaunch: (ref: OwnedRef) =>
      record(async (tx) => {
        await tx.volume.updateMany({ where: { instanceId: ref.instanceId, state: 'allocated' }, data: { state: 'ready' } });
        await settle(tx, ref, 'running');
      }),
    /** The guest is gone from its host: the claim goes back, and the networks the host no longer carries are named. */
    leaveHost: ({ hostId, ...ref }: OwnedRef & { hostId: string }): Promise<{ networkId: string; vni: number; revision: number }[]> =>
      record((tx) => leaveHost(tx, ref, hostId)),
    /** Ends an operation's hold on the instance in the state it should have now. */
    settleInstance: ({ state, ...ref }: OwnedRef & { state: InstanceState }) => record((tx) => settle(tx, ref, state)),
    markDestroyed: (ref: OwnedRef) =>
      record(async (tx) => {
        const now = Date.now();
        await settle(tx, ref, 'destroyed', { destroyedAt: new Date(now), expungeAfter: new Date(now + EXPUNGE_DELAY_MS) });
      }),
    markRecovered: (ref: OwnedRef) => record((tx) => settle(tx, ref, 'stopped', { destroyedAt: null, expungeAfter: null })),
    /** Everything of the instance that is a record goes: limits, addresses, pool, host. Its row stays, out of every list. */
    forgetInstance: (ref: OwnedRef) => record((tx) => forget(tx, ref)),
    /** Where the instance's disk lies, for its removal; null when it lies nowhere. */
    findRootVolume: ({ instanceId }: Ref): Promise<{ volumeId: string; poolPath: string; hostId: string } | null> =>
      recordAtOnce(async (tx) => {
        const volume = await tx.volume.findFirst({
          where: { instanceId, kind: 'root', poolId: { not: null } },
          select: { id: true, pool: { select: { path: true, hostId: true } } },
        });
        return volume?.pool?.hostId ? { volumeId: volume.id, poolPath: volume.pool.path, hostId: volume.pool.hostId } : null;
      }),
  };
}
export type InstanceRecords = ReturnType<typeof createInstanceRecords>;

async function settle(tx: Tx, { instanceId, operationId }: OwnedRef, state: InstanceState, data = {}): Promise<void> {
  await lockAndMoveOwned(tx, instanceId, operationId, state, { ...data, operationId: null, stateReason: null });
}

async function lockIfOwned(tx: Tx, { instanceId, operationId }: OwnedRef): Promise<boolean> {
  return (await lockInstance(tx, instanceId)).operationId === operationId;
}

async function unplace(tx: Tx, instanceId: string): Promise<void> {
  await releaseHost(tx, instanceId);
  const volume = await rootVolume(tx, instanceId);
  if (volume.state === 'allocated') await releasePool(tx, volume.id);
  await tx.instance.update({ where: { id: instanceId }, data: { hostId: null } });
}

async function findPlace(tx: Tx, instanceId: string): Promise<Placed | null> {
  return tx.hostAllocation.findUnique({ where: { resourceId: instanceId }, select: { hostId: true, generation: true } });
}

async function leaveHost(tx: Tx, ref: OwnedRef, hostId: string) {
  const { instanceId } = ref;
  const isOwned = await lockIfOwned(tx, ref);
  const held = await findPlace(tx, instanceId);
  if (isOwned && held?.hostId === hostId) await unplace(tx, instanceId);
  const networks = [];
  // Looked for each time, also when the claim went before: the answer may have been lost.
  for (const { networkId, network } of await tx.nic.findMany({
    where: { instanceId, removedAt: null },
    select: { networkId: true, network: { select: { vni: true } } },
  })) {
    if (network.vni === null || (await isNetworkOnHost(tx, networkId, hostId))) continue;
    networks.push({ networkId, vni: network.vni, revision: await raiseRevision(tx, networkId) });
    await announceNetwork(tx, networkId);
  }
  return networks;
}

async function forget(tx: Tx, ref: OwnedRef): Promise<void> {
  if (!(await lockIfOwned(tx, ref))) return;
  const { instanceId } = ref;
  const now = new Date();
  const volume = await rootVolume(tx, instanceId);
  await releaseHost(tx, instanceId);
  await releasePool(tx, volume.id);
  await releaseGuestAddresses(tx, instanceId);
  await releaseLimits(tx, instanceId);
  await raiseRevisions(tx, instanceId);
  await tx.nic.updateMany({ where: { instanceId, removedAt: null }, data: { removedAt: now } });
  await tx.volume.updateMany({ where: { instanceId, removedAt: null }, data: { state: 'removed', removedAt: now } });
  await tx.secret.deleteMany({ where: { resourceId: instanceId } });
  await settle(tx, ref, 'expunged', { removedAt: now, hostId: null });
}

async function raiseRevisions(tx: Tx, instanceId: string): Promise<void> {
  await tx.network.updateMany({ where: { nics: { some: { instanceId, removedAt: null } } }, data: { revision: { increment: 1 } } });
}

async function rootVolume(tx: Tx, instanceId: string) {
  const volume = await tx.volume.findFirst({ where: { instanceId, kind: 'root' } });
  if (!volume) throw new DomainError('UNEXPECTED', `Instance ${instanceId} has no root disk.`);
  return volume;
}
