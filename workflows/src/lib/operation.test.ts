import { createOperationService } from '@nephos/api/services/operation';
import { findViolations } from '@nephos/db/invariants';
import { makeUser } from '@nephos/testing/factories';
import { arrangeInstance, stateOf } from '@nephos/testing/saga-contract';
import { createWorld, type World } from '@nephos/testing/world';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => world.faults.reset());

const deployMany = ({ zone, template, offering, request, instances }: World, name: string, count: number) =>
  instances.deploy(request, { zoneId: zone.id, name, templateId: template.id, computeOfferingId: offering.id, count, tags: {} });
const operationOf = ({ id }: { id: string }) =>
  world.db.operation.findUniqueOrThrow({ where: { id }, include: { steps: { orderBy: { position: 'asc' } } } });

describe('operations that need the same network', () => {
  it('wait for one operation that brings it up, and all go on', async () => {
    const operations = await deployMany(world, 'web', 6);
    await Promise.all(operations.map(world.finish));
    expect(await world.db.operation.count({ where: { kind: 'network.implement' } })).toBe(1);
    expect(await world.db.instance.count({ where: { state: 'running' } })).toBe(6);
    expect(new Set(operations.map(({ groupId }) => groupId)).size).toBe(1);
    for (const { resource } of operations) await world.finish(await world.instances.destroy(world.request, { instanceId: resource.id }));
    await world.finishAll();
    expect(await world.db.network.findFirst()).toMatchObject({ state: 'allocated', vni: null });
    expect(await world.disagreements()).toEqual([]);
  });

  it('all fail with its reason when it fails, and leave nothing', async () => {
    world.faults.set('placeRouter', 'fail');
    const operations = await deployMany(world, 'fails', 3);
    await Promise.all(operations.map(world.finish));
    await world.finishAll();
    for (const operation of operations)
      expect(await operationOf(operation)).toMatchObject({
        state: 'failed',
        errorCode: 'HYPERVISOR_FAILED',
        errorMessage: 'placeRouter was told to fail',
      });
    expect(await findViolations(world.db)).toEqual([]);
    expect(await world.disagreements()).toEqual([]);
  });
});

describe('an operation whose undo can’t finish', () => {
  async function getStuck() {
    const ref = await arrangeInstance(world, 'stuck', ['stop']);
    const stuck = Promise.withResolvers<void>();
    world.faults.onCall = (activity) => {
      if (activity === 'markStuck') stuck.resolve();
    };
    world.faults.set('finishLaunch', 'fail');
    world.faults.set('removeInstance', 'fail');
    const operation = await world.instances.start(world.request, ref);
    await stuck.promise;
    const actor = await makeUser(world.db, await world.db.account.findFirstOrThrow({ where: { id: world.request.actor.accountId } }), 'root-admin');
    const service = createOperationService({ db: world.db, operations: world.operations, instances: world.instances });
    await expect.poll(() => operationOf(operation).then(({ state }) => state)).toBe('stuck');
    return { ref, operation, service, request: { actor } };
  }

  it('says at which step and why, keeps its claim, and goes on when it is told to try again', async () => {
    const { ref, operation, service, request } = await getStuck();
    const { errorMessage, steps } = await operationOf(operation);
    expect({ errorMessage, last: steps.at(-1) }).toMatchObject({
      errorMessage: 'finishLaunch was told to fail',
      last: { name: 'undo: start the guest', isUndo: true, state: 'stuck', errorMessage: 'removeInstance was told to fail' },
    });
    expect(await world.db.hostAllocation.count({ where: { resourceId: ref.instanceId } })).toBe(1);
    world.faults.reset();
    await service.retryStuck(request, { operationId: operation.id });
    await world.finish(operation);
    expect([(await operationOf(operation)).state, await stateOf(world, ref)]).toEqual(['failed', 'stopped']);
    expect(await world.disagreements()).toEqual([]);
  });

  it('ends when an administrator gives the step up with a reason, which is kept; its instance is settled by the sweep', async () => {
    const { ref, operation, service, request } = await getStuck();
    await expect(service.resolveStuck(world.request, { operationId: operation.id, reason: 'I may not' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await service.resolveStuck(request, { operationId: operation.id, reason: 'the host was thrown away' });
    await world.finish(operation);
    expect((await operationOf(operation)).state).toBe('failed');
    expect(await world.db.event.findFirst({ where: { operationId: operation.id, kind: 'operation.step-resolved' } })).toMatchObject({
      message: 'The stuck step is given up: the host was thrown away',
      actorUserId: request.actor.userId,
    });
    world.faults.reset();
    await world.sweep();
    expect(await stateOf(world, ref)).toBe('stopped');
    expect(await findViolations(world.db)).toEqual([]);
  });

  it('is not answered when it is not stuck', async () => {
    const { operation, service, request } = await getStuck();
    world.faults.reset();
    await service.retryStuck(request, { operationId: operation.id });
    await world.finish(operation);
    await expect(service.retryStuck(request, { operationId: operation.id })).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });
});

describe('a retry', () => {
  it('begins the same again as a new operation, from what the failed one was asked', async () => {
    world.faults.set('ensureInstance', 'fail');
    const [failed] = await deployMany(world, 'again', 1);
    await world.finish(failed!);
    world.faults.reset();
    const service = createOperationService({ db: world.db, operations: world.operations, instances: world.instances });
    const retried = await service.retry(world.request, { operationId: failed!.id });
    await world.finish(retried);
    expect(retried).toMatchObject({ kind: 'instance.deploy', retryOfId: failed!.id, resource: { name: 'again' } });
    expect(await stateOf(world, { instanceId: retried.resource.id })).toBe('running');
  });
});
