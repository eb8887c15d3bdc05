import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import { claimPublicAddress, claimVni, releasePublicAddresses } from '@nephos/db/address.repo';
import type { Db, Tx } from '@nephos/db/database';
import { releaseHost } from '@nephos/db/host-claim.repo';
import { announceNewHost, describeNetworks, lockAndMoveNetwork, lockNetwork, raiseRevision, stateOfNetwork } from '@nephos/db/network.repo';
import { insertOperation, waitForOperation } from '@nephos/db/operation.repo';
import { placeOnHost, type Ranking } from '@nephos/db/placement.repo';
import { systemActor } from '@nephos/authz/actor';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { NetworkState } from '@nephos/model/network/state';
import { recordCall, statementCall } from '../lib/record-call.ts';

type Ref = { networkId: string };
/** A network and the operation that owns it; what is written again after that has ended must not touch another's (see instance records). */
type OwnedRef = Ref & { operationId: string };
/** What a router takes of its host. It is a handful of small daemons in a namespace. */
const ROUTER_NEED = { cpuMhz: 100, memoryMib: 64 };

export interface RouterPlace {
  routerId: string;
  hostId: string;
  generation: number;
  revision: number;
}

/** What operations on networks write down. */
export function createNetworkRecords({ db, ranking }: { db: Db; ranking: Ranking }) {
  const record = recordCall(db);
  const recordAtOnce = statementCall(db);
  return {
    /** The networks of an instance that are not up, each with the operation that will bring it up (or is taking it down first). */
    requestNetworks: ({
      instanceId,
      operationId,
    }: {
      instanceId: string;
      operationId: string;
    }): Promise<{ id: string; kind: string; input: Record<string, unknown> }[]> =>
      // An instance that is there keeps its network up, so one that is up needs no lock.
      recordAtOnce((reader) => listDownNetworks(reader, instanceId)).then((down) =>
        down.length === 0
          ? []
          : record(async (tx) => {
              const waited = [];
              for (const networkId of down) {
                const other = await requestNetwork(tx, networkId, operationId);
                if (other) waited.push(other);
              }
              return waited;
            }),
      ),
    /** Claims what a network needs: an identifier, a host for its router, a public address. Repeated, it answers what it has. */
    placeRouter: ({ networkId, operationId }: OwnedRef): Promise<RouterPlace> =>
      record(async (tx) => {
        const network = await lockNetwork(tx, networkId);
        if (network.operationId !== operationId)
          throw new DomainError('INVALID_STATE', `Network ${network.name} does not belong to this operation any more.`, { networkId, operationId });
        const router = await findOrMakeRouter(tx, network);
        await claimPublicAddress(tx, network.zoneId, { routerId: router.id, accountId: network.accountId });
        const held = await tx.hostAllocation.findUnique({ where: { resourceId: router.id } });
        if (held) return { routerId: router.id, hostId: held.hostId, generation: held.generation, revision: network.revision };
        const generation = router.generation + 1;
        const host = await placeOnHost(
          tx,
          ranking,
          { resourceId: router.id, generation },
          { zoneId: network.zoneId, ...ROUTER_NEED, diskBytes: 0, placementTags: [], excludeHostIds: [] },
        );
        await tx.router.update({ where: { id: router.id }, data: { hostId: host.hostId, generation, state: 'starting' } });
        await claimVni(tx, network); // last, because it locks the zone
        return { routerId: router.id, hostId: host.hostId, generation, revision: await raiseRevision(tx, networkId) };
      }),
    finishImplement: ({ networkId, operationId }: OwnedRef) =>
      record(async (tx) => {
        if (!(await lockIfOwned(tx, networkId, operationId))) return;
        await tx.router.updateMany({ where: { networkId, removedAt: null }, data: { state: 'running' } });
        await lockAndMoveNetwork(tx, networkId, 'implemented', { operationId: null });
      }),
    settleNetwork: ({ networkId, operationId, state }: OwnedRef & { state: NetworkState }) =>
      record(async (tx) => {
        if (await lockIfOwned(tx, networkId, operationId)) await lockAndMoveNetwork(tx, networkId, state, { operationId: null });
      }),
    /** The router is gone from its host: its claims, its address and the identifier go back. */
    forgetRouter: ({ networkId, operationId }: OwnedRef) =>
      record(async (tx) => {
        if (await lockIfOwned(tx, networkId, operationId)) await forgetRouter(tx, networkId);
      }),
    /** What this host should have of the instance's networks, and their routers. The other hosts are told when this one is new to them. */
    describeNetworks: ({
      instanceId,
      hostId,
    }: {
      instanceId: string;
      hostId: string;
    }): Promise<{ shares: DesiredNetwork[]; routers: RouterPlace[] }> =>
      recordAtOnce(async (tx) => {
        const nics = await tx.nic.findMany({ where: { instanceId, removedAt: null }, select: { networkId: true } });
        const shares = [];
        const routers: RouterPlace[] = [];
        for (const { networkId } of nics) {
          await announceNewHost(tx, networkId, hostId);
          shares.push(...(await describeNetworks(tx, [networkId])).filter((share) => share.hostId === hostId).map((share) => share.desired));
          routers.push(...(await placedRouters(tx, networkId)));
        }
        return { shares, routers };
      }),
    /** The routers that should hear of a change of this instance. */
    listRouters: ({ instanceId }: { instanceId: string }): Promise<RouterPlace[]> =>
      record(async (tx) => {
        const nics = await tx.nic.findMany({ where: { instanceId, network: { state: 'implemented' } }, select: { networkId: true } });
        const routers = [];
        for (const { networkId } of nics) routers.push(...(await placedRouters(tx, networkId)));
        return routers;
      }),
    noteRouterApplied: ({ routerId, appliedRevision }: { routerId: string; appliedRevision: number }) =>
      recordAtOnce((tx) =>
        tx.router.updateMany({ where: { id: routerId, appliedRevision: { lt: appliedRevision } }, data: { appliedRevision } }).then(() => undefined),
      ),
    /** The networks of an instance that no living instance uses any more, moved to `shutting-down` with the operation that does it. */
    releaseEmptyNetworks: ({
      instanceId,
      operationId,
    }: {
      instanceId: string;
      operationId: string;
    }): Promise<{ id: string; kind: string; input: Record<string, unknown> }[]> =>
      record(async (tx) => {
        const nics = await tx.nic.findMany({ where: { instanceId }, select: { networkId: true } });
        const operations = [];
        for (const { networkId } of nics) {
          const operation = await shutDownIfEmpty(tx, networkId, operationId);
          if (operation) operations.push(operation);
        }
        return operations;
      }),
    /** The same for one network, after it came up for somebody who has gone meanwhile. */
    releaseEmptyNetwork: ({
      networkId,
      operationId,
    }: Ref & { operationId: string }): Promise<{ id: string; kind: string; input: Record<string, unknown> } | null> =>
      record(async (tx) => (await shutDownIfEmpty(tx, networkId, operationId)) ?? null),
    /** Where the network lies, for its removal. */
    locateNetwork: ({ networkId }: Ref): Promise<{ vni: number | null; revision: number; routers: RouterPlace[]; hostIds: string[] }> =>
      record(async (tx) => {
        const network = await lockNetwork(tx, networkId);
        const hosts = await describeNetworks(tx, [networkId]);
        return {
          vni: network.vni,
          revision: await raiseRevision(tx, networkId),
          routers: await placedRouters(tx, networkId),
          hostIds: hosts.map((host) => host.hostId),
        };
      }),
  };
}
export type NetworkRecords = ReturnType<typeof createNetworkRecords>;

async function lockIfOwned(tx: Tx, networkId: string, operationId: string) {
  return (await lockNetwork(tx, networkId)).operationId === operationId;
}

async function listDownNetworks(tx: Tx, instanceId: string): Promise<string[]> {
  const nics = await tx.nic.findMany({
    where: { instanceId, removedAt: null, network: { state: { not: 'implemented' } } },
    select: { networkId: true },
    orderBy: { networkId: 'asc' },
  });
  return nics.map(({ networkId }) => networkId);
}

/** Undefined when the network is up; else the operation to wait for, on which `operationId` is now a waiter. */
async function requestNetwork(tx: Tx, networkId: string, operationId: string) {
  const network = await lockNetwork(tx, networkId);
  const state = stateOfNetwork(network);
  if (state === 'implemented') return undefined;
  if (state !== 'allocated' && network.operationId && (await waitForOperation(tx, network.operationId, operationId))) {
    const { id, kind } = await tx.operation.findUniqueOrThrow({ where: { id: network.operationId } });
    return { id, kind, input: { networkId } };
  }
  if (state === 'shutting-down') throw new Error(`network ${networkId} is shutting down and no operation does it yet`); // retried until the reconciler has settled it
  const operation = await insertOperation(tx, {
    kind: 'network.implement',
    actor: systemActor('network'),
    accountId: network.accountId,
    resource: { type: 'network', id: networkId, name: network.name },
    input: { networkId },
    parentId: operationId,
  });
  await lockAndMoveNetwork(tx, networkId, 'implementing');
  await tx.network.update({ where: { id: networkId }, data: { operationId: operation.id } });
  await waitForOperation(tx, operation.id, operationId);
  return { id: operation.id, kind: operation.kind, input: { networkId } };
}

async function shutDownIfEmpty(tx: Tx, networkId: string, operationId: string) {
  const network = await lockNetwork(tx, networkId);
  if (network.state === 'shutting-down' && network.operationId) {
    const begun = await tx.operation.findFirst({ where: { id: network.operationId, parentId: operationId } });
    return begun ? { id: begun.id, kind: begun.kind, input: { networkId } } : undefined; // asked before, and the answer was lost
  }
  if (network.state !== 'implemented') return undefined;
  const users = await tx.nic.count({ where: { networkId, removedAt: null, instance: { state: { notIn: ['destroyed', 'expunging', 'expunged'] } } } });
  if (users > 0) return undefined;
  const operation = await insertOperation(tx, {
    kind: 'network.shutdown',
    actor: systemActor('network'),
    accountId: network.accountId,
    resource: { type: 'network', id: networkId, name: network.name },
    input: { networkId },
    parentId: operationId,
  });
  await lockAndMoveNetwork(tx, networkId, 'shutting-down', { operationId: operation.id });
  return { id: operation.id, kind: operation.kind, input: { networkId } };
}

async function findOrMakeRouter(tx: Tx, network: { id: string; accountId: string; zoneId: string; name: string }) {
  const router = await tx.router.findFirst({ where: { networkId: network.id, removedAt: null } });
  if (router) return router;
  return tx.router.create({
    data: {
      id: newId(),
      accountId: network.accountId,
      zoneId: network.zoneId,
      networkId: network.id,
      name: `router of ${network.name}`,
      state: 'allocated',
    },
  });
}

async function placedRouters(tx: Tx, networkId: string): Promise<RouterPlace[]> {
  const routers = await tx.router.findMany({
    where: { networkId, removedAt: null, hostId: { not: null } },
    select: { id: true, hostId: true, generation: true, network: { select: { revision: true } } },
  });
  return routers.flatMap(({ id, hostId, generation, network }) => (hostId ? [{ routerId: id, hostId, generation, revision: network.revision }] : []));
}

async function forgetRouter(tx: Tx, networkId: string): Promise<void> {
  const network = await lockNetwork(tx, networkId);
  const router = await tx.router.findFirst({ where: { networkId, removedAt: null } });
  if (router) {
    await releaseHost(tx, router.id);
    await releasePublicAddresses(tx, router.id);
    await tx.router.update({ where: { id: router.id }, data: { state: 'removed', removedAt: new Date(), hostId: null } });
  }
  if (network.state !== 'implementing' && network.state !== 'shutting-down')
    throw new DomainError('INVALID_STATE', `Network ${network.name} is ${network.state}, so its router stays.`);
  await tx.network.update({ where: { id: networkId }, data: { vni: null } });
}
