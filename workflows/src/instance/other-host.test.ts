import { findViolations } from '@nephos/db/invariants';
import { makeHost } from '@nephos/testing/factories';
import { createWorld, type World } from '@nephos/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

describe('a host that does not take the work', () => {
  // In a file of its own, because it takes the 20 seconds that a host has to answer.
  it('is left, and another one runs the instance', { timeout: 100_000 }, async () => {
    const { db, zone, template, offering, request, instances } = world;
    const ghost = await makeHost(db, zone, { memoryMib: 1_000_000 }); // the emptiest by far, and nobody polls its queue
    await db.host.update({ where: { id: world.hosts[0]!.id }, data: { memoryMib: 2_000_000 } }); // takes the router
    const [first] = await instances.deploy(request, {
      zoneId: zone.id,
      name: 'first',
      templateId: template.id,
      computeOfferingId: offering.id,
      count: 1,
      tags: {},
    });
    await world.finish(first!);
    await db.host.update({ where: { id: world.hosts[0]!.id }, data: { memoryMib: 16_384 } });

    const [operation] = await instances.deploy(request, {
      zoneId: zone.id,
      name: 'second',
      templateId: template.id,
      computeOfferingId: offering.id,
      count: 1,
      tags: {},
    });
    await world.finish(operation!);

    const steps = await db.step.findMany({ where: { operationId: operation!.id, name: 'find a host' } });
    const instance = await db.instance.findUniqueOrThrow({ where: { id: operation!.resource.id } });
    expect({ looked: steps.length, state: instance.state }).toEqual({ looked: 2, state: 'running' });
    expect(world.hosts.map(({ id }) => id)).toContain(instance.hostId);
    expect(await db.hostAllocation.count({ where: { hostId: ghost.id } })).toBe(0);
    expect(await findViolations(db)).toEqual([]);
  });
});
