import { systemActor } from '@nephos/authz/actor';
import type { OperationDto } from '@nephos/contracts/operation.schema';
import { toOperationDto } from '@nephos/api/services/operation.dto';
import { insertInstance } from '@nephos/db/instance-create.repo';
import { lockAndMoveInstance } from '@nephos/db/instance.repo';
import { lockAndMoveNetwork } from '@nephos/db/network.repo';
import { insertOperation } from '@nephos/db/operation.repo';
import type { NetworkState } from '@nephos/model/network/state';
import { newId } from '@nephos/model/id';
import type { World } from '@nephos/testing/world';

type Ref = { networkId: string };

/** A network that a stopped instance uses, as its account left it; so nothing shuts it down by itself. */
export async function makeUsedNetwork(world: World, name: string): Promise<Ref> {
  const { db, zone, template, offering, request } = world;
  const { accountId, domainId } = request.actor;
  const network = await db.network.create({
    data: { id: newId(), accountId, zoneId: zone.id, name, state: 'allocated', cidr: '10.1.1.0/24', gateway: '10.1.1.1', dnsDomain: 'test.internal' },
  });
  await db.$transaction(async (tx) => {
    const instance = await insertInstance(tx, {
      accountId,
      domainId,
      zoneId: zone.id,
      name: `${name}-${newId().slice(-6)}`,
      displayName: '',
      template,
      offering,
      networkId: network.id,
      rootDiskBytes: 1n,
      tags: {},
    });
    await lockAndMoveInstance(tx, instance.id, 'running');
    await lockAndMoveInstance(tx, instance.id, 'stopped');
  });
  return { networkId: network.id };
}

export const beginImplement = (world: World, ref: Ref) => begin(world, ref, 'network.implement', 'implementing');
export const beginShutdown = (world: World, ref: Ref) => begin(world, ref, 'network.shutdown', 'shutting-down');

export async function networkState(world: World, { networkId }: Ref): Promise<string> {
  return (await world.db.network.findUniqueOrThrow({ where: { id: networkId } })).state;
}

async function begin(
  { db, operations, request }: World,
  { networkId }: Ref,
  kind: 'network.implement' | 'network.shutdown',
  state: NetworkState,
): Promise<OperationDto> {
  const operation = await db.$transaction(async (tx) => {
    const begun = await insertOperation(tx, {
      kind,
      actor: systemActor('test'),
      accountId: request.actor.accountId,
      resource: { type: 'network', id: networkId, name: 'network' },
      input: { networkId },
    });
    await lockAndMoveNetwork(tx, networkId, state, { operationId: begun.id });
    return begun;
  });
  await operations.start(operation);
  return toOperationDto(operation, request.actor);
}
