import { systemActor } from '@nephos/authz/actor';
import { toOperationDto } from '@nephos/api/services/operation.dto';
import { insertOperation } from '@nephos/db/operation.repo';
import type { InstanceState } from '@nephos/model/instance/state';
import { arrangeInstance, describeSaga, stateOf } from '@nephos/testing/saga-contract';
import { createWorld, type World } from '@nephos/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '@nephos/db/invariants';

/** As an operation leaves an instance whose stuck step was given up: in a transitional state, owned by nobody. */
async function abandonIn(world: World, { instanceId }: { instanceId: string }, state: InstanceState): Promise<void> {
  await world.db.instance.update({ where: { id: instanceId }, data: { state, operationId: null } });
}

async function beginSettle(world: World, { instanceId }: { instanceId: string }) {
  const { db, operations, request } = world;
  const operation = await insertOperation(db, {
    kind: 'instance.settle',
    actor: systemActor('test'),
    accountId: request.actor.accountId,
    resource: { type: 'instance', id: instanceId, name: 'vm' },
    input: { instanceId },
  });
  await db.instance.update({ where: { id: instanceId }, data: { operationId: operation.id } });
  await operations.start(operation);
  return toOperationDto(operation, request.actor);
}

describeSaga({
  kind: 'instance.settle',
  arrange: async (world, name) => {
    const ref = await arrangeInstance(world, name);
    await abandonIn(world, ref, 'stopping');
    return ref;
  },
  begin: beginSettle,
  activities: ['findInstanceState', 'findPlace', 'findInstance', 'settleInstance', 'releaseEmptyNetworks'],
  look: stateOf,
  done: 'running',
  undone: 'stopping', // the sweep begins another
  isSettledByAnother: true,
});

describe('settling an instance that nobody owns', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());

  it.each([
    ['deploying', [], 'expunged'],
    ['rebooting', [], 'running'],
    ['stopping', [], 'running'],
    ['destroying', [], 'destroyed'],
    ['starting', ['stop'], 'stopped'],
    ['recovering', ['destroy'], 'destroyed'],
    ['expunging', ['destroy'], 'expunged'],
  ] as const)('ends one that is %s (after %j) as %s', async (state, verbs, settled) => {
    const ref = await arrangeInstance(world, 'vm', verbs);
    await abandonIn(world, ref, state);
    await world.finish(await beginSettle(world, ref));
    await world.finishAll();
    expect(await stateOf(world, ref)).toBe(settled);
    expect(await findViolations(world.db)).toEqual([]);
    expect(await world.disagreements()).toEqual([]);
  });

  it('finds a guest that stopped by itself, and gives its host back', async () => {
    const ref = await arrangeInstance(world, 'vm');
    for (const host of world.hosts) host.driver.control.stopGuest(ref.instanceId);
    await abandonIn(world, ref, 'stopping');
    await world.finish(await beginSettle(world, ref));
    await world.finishAll();
    expect(await stateOf(world, ref)).toBe('stopped');
    expect(await world.db.hostAllocation.count({ where: { resourceId: ref.instanceId } })).toBe(0);
  });
});
