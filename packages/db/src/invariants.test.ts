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
let ids: { instance: string; host: string; pool: string; account: string; network: string; router: string; volume: string };
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
  ids = { instance: instance.id, host: host.id, pool: pool.id, account: account.id, network: network.id, router: router.id, volume: volume.id };
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
    ['A host that was removed holds nothing and nobody is it', () => db.host.update({ where: { id: ids.host }, data: { removedAt: new Date() } })],
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
    ['An address is given once', () => sameAddressAgain()],
    ['A disk or a NIC belongs to an instance that is there', () => db.instance.updateMany({ data: { removedAt: new Date() } })],
    ['An operation that has ended says when, and none of its steps goes on', () => insertOperation({ state: 'succeeded', endedAt: null })],
    [
      'An operation that has ended says when, and none of its steps goes on',
      () => insertOperation({ state: 'succeeded', endedAt: new Date() }, { state: 'running' }),
    ],
    ['An operation that failed or is stuck says why', () => insertOperation({ state: 'failed', endedAt: new Date() })],
    ['An operation that failed or is stuck says why', () => insertOperation({ state: 'stuck', endedAt: null }, { state: 'stuck' })],
  ];
  it.each(breakages)('see when this is broken: %s', async (rule, breakIt) => {
    await breakIt();
    expect((await findViolations(db)).map((violation) => violation.rule)).toContain(rule);
  });
});

describe('the invariants of hosts and workflows', () => {
  /** What is there when all is well. */
  const seen = () => ({
    running: [
      { resourceId: ids.instance, hostId: ids.host, generation: 1 },
      { resourceId: ids.router, hostId: ids.host, generation: 1 },
    ],
    networks: [{ networkId: ids.network, hostId: ids.host }],
    volumes: [{ volumeId: ids.volume, hostId: ids.host }],
    lives: [life(100, 200), life(200, null, ids.host, 2)],
  });
  const life = (from: number, to: number | null, hostId = 'another', generation = 1) => ({ instanceId: ids.instance, hostId, generation, from, to });

  it('find nothing where hosts have what the records say', async () => {
    expect(await findViolations(db, { hosts: seen(), openWorkflowIds: [] })).toEqual([]);
  });

  type Breakage = Partial<ReturnType<typeof seen>>;
  const breakages: [string, string, () => Breakage][] = [
    ['A guest or router runs exactly where its claim is', 'claimed and not running', () => ({ running: [] })],
    [
      'A guest or router runs exactly where its claim is',
      'running and not claimed',
      () => ({ running: [...seen().running, { resourceId: ids.instance, hostId: 'another', generation: 1 }] }),
    ],
    [
      'A guest or router runs exactly where its claim is',
      'generation 2',
      () => ({ running: seen().running.map((one) => ({ ...one, generation: 2 })) }),
    ],
    ['A host carries exactly the networks that something on it uses', 'used and not there', () => ({ networks: [] })],
    [
      'A host carries exactly the networks that something on it uses',
      'there and not used',
      () => ({ networks: [...seen().networks, { networkId: ids.network, hostId: 'another' }] }),
    ],
    ['A disk is on a host exactly while its volume is there', 'recorded and not there', () => ({ volumes: [] })],
    [
      'A disk is on a host exactly while its volume is there',
      'there and not recorded',
      () => ({ volumes: [...seen().volumes, { volumeId: 'left over', hostId: ids.host }] }),
    ],
    ['A guest runs at most once at every moment', 'another', () => ({ lives: [life(100, 201), life(200, null, ids.host, 2)] })],
    ['A guest runs at most once at every moment', 'another', () => ({ lives: [life(100, null), life(200, 300, ids.host, 2)] })],
  ];
  it.each(breakages)('see when this is broken: %s (%s)', async (rule, what, breakage) => {
    const violations = await findViolations(db, { hosts: { ...seen(), ...breakage() } });
    expect(violations).toContainEqual({ rule, what: expect.stringContaining(what) });
  });

  it('see a workflow without an operation, and an operation without a workflow', async () => {
    await insertOperation({ state: 'running', endedAt: null });
    const violations = await findViolations(db, { openWorkflowIds: ['instance.stop/left-over'] });
    expect(violations.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^an operation without a workflow: instance.start\//),
      'a workflow without an operation: instance.stop/left-over',
    ]);
  });
});

async function insertOperation(data: { state: string; endedAt: Date | null }, step?: { state: string }): Promise<void> {
  await db.operation.create({
    data: {
      id: newId(),
      kind: 'instance.start',
      accountId: ids.account,
      resourceType: 'instance',
      resourceId: ids.instance,
      resourceName: 'vm',
      input: {},
      ...data,
      ...(step && { steps: { create: [{ position: 0, name: 'start the guest', ...step }] } }),
    },
  });
}

/** A row as one would have been written by somebody who did not look. The index keeps it out of one network, but not out of none. */
async function sameAddressAgain(): Promise<void> {
  const { zoneId } = await db.network.findFirstOrThrow();
  await db.address.createMany({
    data: [1, 2].map(() => ({ id: newId(), zoneId, kind: 'guest', state: 'claimed', ip: '10.9.9.9', prefixLength: 24 })),
  });
}
