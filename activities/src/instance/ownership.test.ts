import { claimHost } from '@nephos/db/host-claim.repo';
import type { Host, Instance, Network } from '@nephos/db/prisma';
import { newId } from '@nephos/model/id';
import { spread } from '@nephos/placement/host-allocator';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { makeAccount, makeHost, makeInstance, makeNetwork, makeZone } from '@nephos/testing/factories';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNetworkRecords } from '../network/records.activities.ts';
import { createInstanceRecords } from './records.activities.ts';

let database: TestDatabase;
let records: ReturnType<typeof createInstanceRecords> & ReturnType<typeof createNetworkRecords>;
let host: Host;
let network: Network;
let instance: Instance;
/** Ended long ago; its workflow's last answers were lost, and it tells them again. */
const former = newId();
/** Owns instance and network now. */
const owner = newId();
beforeAll(async () => {
  database = await createTestDatabase();
  const parts = { db: database.db, ranking: spread() };
  records = { ...createInstanceRecords(parts), ...createNetworkRecords(parts) };
});
afterAll(() => database.close());
beforeEach(async () => {
  const { db } = database;
  const zone = await makeZone(db);
  const account = await makeAccount(db);
  host = await makeHost(db, zone);
  network = await makeNetwork(db, account, zone, { state: 'implementing', operationId: owner, vni: 10_000 });
  const router = { id: newId(), accountId: account.id, zoneId: zone.id, networkId: network.id, name: 'r', state: 'starting', hostId: host.id };
  await db.router.create({ data: router });
  instance = await makeInstance(db, account, zone, network, { operationId: owner });
  await claimHost(db, host.id, { resourceId: instance.id, generation: 2, cpuMhz: 100, memoryMib: 64 });
  instance = await db.instance.update({ where: { id: instance.id }, data: { state: 'starting', hostId: host.id, generation: 2 } });
});

const seen = async () => ({
  instance: await database.db.instance.findUnique({ where: { id: instance.id } }),
  claims: await database.db.hostAllocation.count({ where: { resourceId: instance.id } }),
  network: await database.db.network.findUnique({ where: { id: network.id } }),
  router: await database.db.router.findFirst({ where: { networkId: network.id } }),
});

describe('records of an operation that told its end before', () => {
  it('leave an instance and a network alone that another operation owns', async () => {
    const before = await seen();
    const ref = { instanceId: instance.id, operationId: former };
    await records.settleInstance({ ...ref, state: 'stopped' });
    await records.leaveHost({ ...ref, hostId: host.id });
    await records.releasePlace(ref);
    await records.finishLaunch(ref);
    await expect(records.placeInstance({ ...ref, excludeHostIds: [] })).rejects.toMatchObject({ type: 'INVALID_STATE' });
    const networkRef = { networkId: network.id, operationId: former };
    await records.settleNetwork({ ...networkRef, state: 'allocated' });
    await records.forgetRouter(networkRef);
    await records.finishImplement(networkRef);
    await expect(records.placeRouter(networkRef)).rejects.toMatchObject({ type: 'INVALID_STATE' });
    const after = await seen();
    expect({ ...after, network: { ...after.network, revision: 0 } }).toEqual({ ...before, network: { ...before.network, revision: 0 } }); // a revision may rise
  });

  it('are written for who owns them', async () => {
    await records.leaveHost({ instanceId: instance.id, operationId: owner, hostId: host.id });
    await records.settleInstance({ instanceId: instance.id, operationId: owner, state: 'stopped' });
    await records.finishImplement({ networkId: network.id, operationId: owner });
    expect(await seen()).toMatchObject({
      instance: { state: 'stopped', operationId: null },
      claims: 0,
      network: { state: 'implemented', operationId: null },
      router: { state: 'running' },
    });
  });
});
