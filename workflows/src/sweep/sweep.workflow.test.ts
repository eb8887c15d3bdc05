import { findViolations } from '@nephos/db/invariants';
import { arrangeInstance, stateOf } from '@nephos/testing/saga-contract';
import { createWorld, type World } from '@nephos/testing/world';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => world.faults.reset());

/** Begins an operation as a request does whose process dies right after its commit. */
async function beginUnstarted(begin: () => Promise<{ id: string; kind: string }>) {
  const { start } = world.operations;
  world.operations.start = async () => undefined;
  const operation = await begin();
  world.operations.start = start;
  await world.db.operation.update({ where: { id: operation.id }, data: { createdAt: new Date(Date.now() - 60_000) } });
  return operation;
}
const operationState = async ({ id }: { id: string }) => (await world.db.operation.findUniqueOrThrow({ where: { id } })).state;

describe('the sweep', () => {
  it('starts an operation that was committed and never started', async () => {
    const ref = await arrangeInstance(world, 'a');
    const operation = await beginUnstarted(() => world.instances.stop(world.request, { ...ref, isForced: true }));
    expect(await operationState(operation)).toBe('pending');
    await world.sweep();
    expect([await operationState(operation), await stateOf(world, ref)]).toEqual(['succeeded', 'stopped']);
  });

  it('leaves a young one to the request that began it', async () => {
    const ref = await arrangeInstance(world, 'b');
    const operation = await beginUnstarted(() => world.instances.stop(world.request, { ...ref, isForced: true }));
    await world.db.operation.update({ where: { id: operation.id }, data: { createdAt: new Date() } });
    await world.client.workflow.execute('sweep', { workflowId: 'sweep/young', taskQueue: world.controlQueue, args: [] });
    expect(await operationState(operation)).toBe('pending');
    await world.operations.start(await world.db.operation.findUniqueOrThrow({ where: { id: operation.id } }));
    await world.finishAll();
  });

  it('passes on a cancel that did not arrive', async () => {
    const ref = await arrangeInstance(world, 'c', ['stop']);
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    world.faults.onCall = async (activity) => {
      if (activity !== 'prepareVolume') return;
      begun.resolve();
      await released.promise;
    };
    const operation = await world.instances.start(world.request, ref);
    await begun.promise;
    await world.db.operation.update({ where: { id: operation.id }, data: { isCancelRequested: true } });
    await world.client.workflow.execute('sweep', { workflowId: 'sweep/cancel', taskQueue: world.controlQueue, args: [] });
    released.resolve();
    await world.finish(operation);
    expect([await operationState(operation), await stateOf(world, ref)]).toEqual(['cancelled', 'stopped']);
  });

  it('settles what nobody owns, and gives back the host of a guest that stopped by itself', async () => {
    const ref = await arrangeInstance(world, 'd');
    for (const host of world.hosts) host.driver.control.stopGuest(ref.instanceId);
    await world.db.instance.update({ where: { id: ref.instanceId }, data: { state: 'stopped' } });
    await world.sweep();
    expect(await stateOf(world, ref)).toBe('stopped');
    expect(await world.db.hostAllocation.count({ where: { resourceId: ref.instanceId } })).toBe(0);
    expect(await findViolations(world.db)).toEqual([]);
  });

  it('expunges a destroyed instance when its time is over, and not before', async () => {
    const ref = await arrangeInstance(world, 'e', ['destroy']);
    await world.sweep();
    expect(await stateOf(world, ref)).toBe('destroyed');
    await world.db.instance.update({ where: { id: ref.instanceId }, data: { expungeAfter: new Date(Date.now() - 1) } });
    await world.sweep();
    expect(await stateOf(world, ref)).toBe('expunged');
    expect(await findViolations(world.db)).toEqual([]);
  });
});
