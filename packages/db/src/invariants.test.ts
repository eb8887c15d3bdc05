import { newId } from '@nephos/model/id';
import { makeAccount, makeHost, makeInstance, makeNetwork, makeZone } from '@nephos/testing/factories';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from './database.ts';
import { claimHost } from './host-claim.repo.ts';
import { findViolations } from './invariants.ts';
import { claimPool } from './pool-claim.repo.ts';

let database: TestDatabase;
let db: Db;
let ids: { instance: string; host: string; pool: string; account: string; network: string; router: string };
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
afterAll(() => database.close());

/** One instance that runs in one network that is up: a world with nothing wrong in it. */
beforeEach(async () => {
  await db.$executeRaw`TRUNCATE zone, host, pool, instance, volume, nic, network, router, address, account, domain, operation, host_allocation, limit_claim CASCADE`;
  const zone = await makeZone(db);
  const account = await makeAccount(db);
  const host = await makeHost(db, zone);
  const pool = await db.pool.findFirstOrThrow({ where: { hostId: host.id } });
  const network = await makeNetwork(db, account, zone, { vni: 10_000 });
  const router = await db.router.create({
    data: { id: newId(), accountId: account.id, zoneId: zone.id, networkId: network.id, name: 'r', state: 'running', hostId: host.id, generation: 1 },
  });
  await claimHost(db, host.id, { resourceId: router.id, generation: 1, cpuMhz: 100, memoryMib: 64 });
  const instance = await makeInstance(db, account, zone, network, { rootDiskBytes: 10n });
  const volume = await db.volume.findFirstOrThrow({ where: { instanceId: instance.id } });
  await claimPool(db, pool.id, volume.id);
  await claimHost(db, host.id, { resourceId: instance.id, generation: 1, cpuMhz: 100, memoryMib: 64 });
  await db.instance.update({ where: { id: instance.id }, data: { state: 'running', hostId: host.id, generation: 1 } });
  ids = { instance: instance.id, host: host.id, pool: pool.id, account: account.id, network: network.id, router: router.id };
});

describe('the invariants', () => {
  it('find nothing in a world that is whole', async () => {
    expect(await findViolations(db)).toEqual([]);
  });

  const breakages: [string, () => Promise<unknown>][] = [
    [
      'An instance in a transitional state is owned by an open operation',
      () => db.instance.update({ where: { id: ids.instance }, data: { state: 'stopping' } }),
    ],
    [
      'A network in a transitional state is owned by an open operation',
      () => db.network.update({ where: { id: ids.network }, data: { state: 'shutting-down' } }),
    ],
    ['A settled instance names no operation', () => db.instance.update({ where: { id: ids.instance }, data: { operationId: newId() } })],
    ['A host claims what its allocations claim', () => db.host.update({ where: { id: ids.host }, data: { claimedMemoryMib: 1 } })],
    ['No host is oversubscribed', () => db.host.update({ where: { id: ids.host }, data: { memoryMib: 100 } })],
    ['A pool claims what its volumes are', () => db.pool.update({ where: { id: ids.pool }, data: { claimedBytes: 11n } })],
    ['An account uses what its resources claim', () => db.account.update({ where: { id: ids.account }, data: { usedVcpus: 9 } })],
    [
      'An instance has a limit claim exactly while it is there',
      () => db.instance.update({ where: { id: ids.instance }, data: { removedAt: new Date() } }),
    ],
    ['An instance has a host exactly while it runs', () => db.hostAllocation.delete({ where: { resourceId: ids.instance } })],
    ['An instance has a host exactly while it runs', () => db.instance.update({ where: { id: ids.instance }, data: { generation: 2 } })],
    ['A NIC that is there has one address, and one that is gone has none', () => db.address.deleteMany({ where: { kind: 'guest' } })],
    [
      'A network that is up has a router with a host, and one that is down claims nothing',
      () => db.network.update({ where: { id: ids.network }, data: { vni: null } }),
    ],
    ['An allocation belongs to something that is there', () => db.router.update({ where: { id: ids.router }, data: { removedAt: new Date() } })],
    [
      'A public address is claimed exactly while a router that is there has it',
      () => db.address.updateMany({ where: { kind: 'public' }, data: { state: 'claimed' } }),
    ],
    ['A network that no instance uses is down', () => db.nic.updateMany({ data: { removedAt: new Date() } })],
  ];
  it.each(breakages)('see when this is broken: %s', async (rule, breakIt) => {
    await breakIt();
    expect((await findViolations(db)).map((violation) => violation.rule)).toContain(rule);
  });
});
