import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { makeAccount, makeHost, makeNetwork, makeOffering, makeTemplate, makeUser, makeZone } from '@nephos/testing/factories';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimGuestAddress, claimPublicAddress, claimVni, releasePublicAddresses } from './address.repo.ts';
import { transaction, type Db } from './database.ts';
import { claimHost, releaseHost } from './host-claim.repo.ts';
import { insertInstance } from './instance-create.repo.ts';
import { assertLimitsAllow, claimLimits, releaseLimits } from './limit.repo.ts';
import { claimPool, releasePool } from './pool-claim.repo.ts';
import type { Network, Zone } from './prisma.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase({ maxConnections: 20 });
  ({ db } = database);
});
afterAll(() => database.close());

async function makeNetworks(zone: Zone, count: number): Promise<Network[]> {
  const account = await makeAccount(db);
  return Promise.all(Array.from({ length: count }, () => makeNetwork(db, account, zone, { state: 'allocated' })));
}

const fulfilled = (outcomes: PromiseSettledResult<unknown>[]) => outcomes.filter(({ status }) => status === 'fulfilled').length;

describe('limits of an account', () => {
  it('hold however many race for them', async () => {
    const account = await makeAccount(db, { maxInstances: 7, maxVcpus: 100, maxMemoryMib: 100_000 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => transaction(db, (tx) => claimLimits(tx, account.id, newId(), { instances: 1, vcpus: 1, memoryMib: 64 }))),
    );
    expect(fulfilled(outcomes)).toBe(7);
    expect(await db.account.findUniqueOrThrow({ where: { id: account.id } })).toMatchObject({ usedInstances: 7, usedVcpus: 7, usedMemoryMib: 448 });
    expect(await db.limitClaim.count({ where: { accountId: account.id } })).toBe(7);
  });

  it('say each limit that was met, and how much of it is used', async () => {
    const account = await makeAccount(db, { maxInstances: 5, maxVcpus: 2, maxMemoryMib: 100 });
    const refused = await claimLimits(db, account.id, newId(), { instances: 1, vcpus: 4, memoryMib: 200 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DomainError);
    expect(refused).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('0 of 2 vCPUs are used and 4 more are needed; 0 of 100 MiB of memory are used and 200 more are needed'),
    });
  });

  it('say of several together how many more they are', async () => {
    const account = await makeAccount(db, { maxInstances: 5, maxVcpus: 100, maxMemoryMib: 100_000 });
    await claimLimits(db, account.id, newId(), { instances: 1, vcpus: 1, memoryMib: 64 });
    await expect(assertLimitsAllow(db, account.id, { instances: 4, vcpus: 4, memoryMib: 256 })).resolves.toBeUndefined();
    await expect(assertLimitsAllow(db, account.id, { instances: 5, vcpus: 5, memoryMib: 320 })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('1 of 5 instances are used and 5 more are needed'),
    });
  });

  it('come back once, however often they are released', async () => {
    const account = await makeAccount(db);
    const resourceId = newId();
    await claimLimits(db, account.id, resourceId, { instances: 1, vcpus: 2, memoryMib: 64 });
    await releaseLimits(db, resourceId);
    await releaseLimits(db, resourceId);
    expect(await db.account.findUniqueOrThrow({ where: { id: account.id } })).toMatchObject({ usedInstances: 0, usedVcpus: 0, usedMemoryMib: 0 });
  });
});

describe('room on a host', () => {
  it('is not given on one that is full, disabled or away', async () => {
    const zone = await makeZone(db);
    const claim = () => ({ resourceId: newId(), generation: 1, cpuMhz: 100, memoryMib: 600 });
    const full = await makeHost(db, zone, { memoryMib: 1_000 });
    expect(await claimHost(db, full.id, claim())).toBe(true);
    expect(await claimHost(db, full.id, claim())).toBe(false);
    expect(await claimHost(db, (await makeHost(db, zone, { isEnabled: false })).id, claim())).toBe(false);
    expect(await claimHost(db, (await makeHost(db, zone, { state: 'disconnected' })).id, claim())).toBe(false);
  });

  it('comes back once', async () => {
    const host = await makeHost(db, await makeZone(db));
    const resourceId = newId();
    await claimHost(db, host.id, { resourceId, generation: 1, cpuMhz: 100, memoryMib: 600 });
    await releaseHost(db, resourceId);
    await releaseHost(db, resourceId);
    expect(await db.host.findUniqueOrThrow({ where: { id: host.id } })).toMatchObject({ claimedMemoryMib: 0, claimedCpuMhz: 0 });
  });
});

describe('addresses', () => {
  async function makeNetworkWith(cidr: string) {
    const zone = await makeZone(db);
    const account = await makeAccount(db, { maxInstances: 100, maxVcpus: 100, maxMemoryMib: 100_000 });
    const network = await makeNetwork(db, account, zone, { state: 'allocated', cidr, gateway: cidr.replace(/0\/\d+$/, '1') });
    const parts = {
      zone,
      account,
      network,
      template: await makeTemplate(db, account, zone),
      offering: await makeOffering(db),
      actor: await makeUser(db, account),
    };
    const addInstance = (name: string) =>
      transaction(db, (tx) =>
        insertInstance(tx, {
          accountId: account.id,
          domainId: account.domainId,
          zoneId: zone.id,
          name,
          displayName: '',
          template: parts.template,
          offering: parts.offering,
          networkId: network.id,
          rootDiskBytes: 1n,
          tags: {},
        }),
      );
    return { ...parts, addInstance };
  }

  it('of a guest network are given once each, never the gateway or the ends, until it is full', async () => {
    const { network, addInstance } = await makeNetworkWith('10.9.0.0/28');
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => addInstance(`vm-${n}`)));
    expect(fulfilled(outcomes)).toBe(13);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'CAPACITY', message: expect.stringContaining('has no free address left in 10.9.0.0/28') });
    const ips = (await db.address.findMany({ where: { networkId: network.id } })).map(({ ip }) => Number(ip.split('.')[3])).toSorted((a, b) => a - b);
    expect(ips).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('of a guest network are the same for a NIC that has one', async () => {
    const { addInstance, network } = await makeNetworkWith('10.9.0.0/24');
    const instance = await addInstance('vm');
    const nic = await db.nic.findFirstOrThrow({ where: { instanceId: instance.id } });
    await expect(claimGuestAddress(db, network.id, nic.id)).resolves.toEqual({ ip: '10.9.0.3' });
  });

  it('that are public are given once each, and say when none is left', async () => {
    const { zone, account, network } = await makeNetworkWith('10.9.0.0/24');
    const routers = await Promise.all(
      Array.from({ length: 25 }, async (_, n) =>
        db.router.create({
          data: {
            id: newId(),
            accountId: account.id,
            zoneId: zone.id,
            networkId: network.id,
            name: `r${n}`,
            state: 'allocated',
            removedAt: new Date(),
          },
        }),
      ),
    );
    const outcomes = await Promise.allSettled(
      routers.map(({ id }) => transaction(db, (tx) => claimPublicAddress(tx, zone.id, { routerId: id, accountId: account.id }))),
    );
    expect(fulfilled(outcomes)).toBe(20);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    await releasePublicAddresses(db, routers[winner]!.id);
    expect(await db.address.count({ where: { zoneId: zone.id, kind: 'public', state: 'free' } })).toBe(1);
  });

  it('and VXLAN identifiers are one network’s alone', async () => {
    const zone = await makeZone(db, { vniMin: 5_000, vniMax: 5_009 });
    const networks = await makeNetworks(zone, 12);
    const outcomes = await Promise.allSettled(networks.map((network) => transaction(db, (tx) => claimVni(tx, network))));
    expect(fulfilled(outcomes)).toBe(10);
    await claimVni(db, networks[outcomes.findIndex(({ status }) => status === 'fulfilled')]!);
    const vnis = (await db.network.findMany({ where: { zoneId: zone.id, vni: { not: null } } })).map(({ vni }) => vni);
    expect(new Set(vnis).size).toBe(10);

    // One that was given back is found again, at the start of the range and within it.
    const without = networks.filter((_, n) => outcomes[n]?.status === 'rejected');
    for (const [n, vni] of [5_000, 5_006].entries()) {
      await db.network.updateMany({ where: { zoneId: zone.id, vni }, data: { vni: null } });
      await claimVni(db, without[n]!);
      expect(await db.network.findUnique({ where: { id: without[n]!.id } })).toMatchObject({ vni });
    }
  });

  it('and a VXLAN identifier that was given back rests while there are higher ones', async () => {
    const zone = await makeZone(db, { vniMin: 5_000, vniMax: 5_009 });
    const [one, two, three] = await makeNetworks(zone, 3);
    await claimVni(db, one!);
    await claimVni(db, two!);
    await db.network.update({ where: { id: one!.id }, data: { vni: null } });
    await claimVni(db, three!);
    const vnis = await db.network.findMany({ where: { zoneId: zone.id, vni: { not: null } }, orderBy: { vni: 'asc' }, select: { vni: true } });
    expect(vnis).toEqual([{ vni: 5_001 }, { vni: 5_002 }]);
  });
});

describe('space of a pool', () => {
  it('is claimed by a volume once, and given back once', async () => {
    const zone = await makeZone(db);
    const account = await makeAccount(db);
    const host = await makeHost(db, zone);
    const pool = await db.pool.findFirstOrThrow({ where: { hostId: host.id } });
    await db.pool.update({ where: { id: pool.id }, data: { capacityBytes: 100n, overprovisioning: 1 } });
    const volumes = await Promise.all(
      [60n, 60n].map(async (sizeBytes) =>
        db.volume.create({ data: { id: newId(), accountId: account.id, zoneId: zone.id, name: 'v', kind: 'root', state: 'allocated', sizeBytes } }),
      ),
    );
    const claimed = await Promise.all(volumes.map((volume) => transaction(db, (tx) => claimPool(tx, pool.id, volume.id))));
    expect(claimed.toSorted()).toEqual([false, true]);
    for (const volume of [...volumes, ...volumes]) await releasePool(db, volume.id);
    expect((await db.pool.findUniqueOrThrow({ where: { id: pool.id } })).claimedBytes).toBe(0n);
  });
});
