import { newId } from '@nephos/model/id';
import { makeAccount, makeHost, makeNetwork, makeZone } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../http-call.arrange.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

type Row = Record<string, unknown> & { id: string; name: string };
const ask = async <T>(procedure: string, input: object = {}, token = api.admin.token) => {
  const { data, code, message } = await call(api.url, token, procedure, input);
  expect([code, message]).toEqual([undefined, '']);
  return data as T;
};
const list = async (procedure: string, input: object = {}, token = api.admin.token) => (await ask<{ items: Row[] }>(procedure, input, token)).items;

describe('infrastructure', () => {
  it('is listed with the names of where it is, and counts of what is in it', async () => {
    const zone = await makeZone(api.db, { name: 'north' });
    const host = await makeHost(api.db, zone, { name: 'north-1' });
    const pod = await api.db.pod.findUniqueOrThrow({ where: { id: host.podId } });
    expect(await list('pod.list', { zoneId: zone.id })).toMatchObject([{ name: pod.name, zoneName: 'north', clusterCount: 1 }]);
    expect(await list('cluster.list', { podId: pod.id })).toMatchObject([{ zoneName: 'north', podName: pod.name, hostCount: 1 }]);
    expect(await list('pool.list', { zoneId: zone.id })).toMatchObject([{ zoneName: 'north', hostName: 'north-1', isEnabled: true }]);
    expect(await list('cluster.list', { podId: pod.id, hypervisor: 'kvm' })).toEqual([]);
  });

  it('is changed, in words; a name that another has is refused at its field', async () => {
    const [zone, other] = [await makeZone(api.db), await makeZone(api.db)];
    const host = await makeHost(api.db, zone);
    const [pool] = await list('pool.list', { hostId: host.id });
    expect(await ask('zone.update', { zoneId: zone.id, name: 'south', isEnabled: false })).toMatchObject({ name: 'south', isEnabled: false });
    expect(await list('zone.list', { isEnabled: false, search: 'south' })).toHaveLength(1);
    expect(await ask('pool.update', { poolId: pool!.id, overprovisioning: 1.5, isEnabled: false })).toMatchObject({ overprovisioning: 1.5 });
    expect(await ask('pod.update', { podId: host.podId, name: 'pod-a' })).toMatchObject({ name: 'pod-a', zoneName: 'south' });
    expect(await ask('cluster.update', { clusterId: host.clusterId, name: 'cluster-a' })).toMatchObject({ name: 'cluster-a', podName: 'pod-a' });
    const taken = await call(api.url, api.admin.token, 'zone.update', { zoneId: other.id, name: 'south' });
    expect([taken.code, taken.details['field']]).toEqual(['NAME_TAKEN', 'name']);
    expect(await api.db.event.findFirst({ where: { resourceId: zone.id } })).toMatchObject({
      kind: 'zone.updated',
      message: `Zone ${zone.name} was changed: name south, isEnabled false.`,
      actorUserId: api.admin.actor.userId,
    });
  });

  it('has public addresses in their order, with who has each', async () => {
    const zone = await makeZone(api.db);
    await ask('publicAddress.create', { zoneId: zone.id, firstIp: '203.0.113.8', lastIp: '203.0.113.11', prefixLength: 24 });
    const account = await makeAccount(api.db, { name: 'chemistry' });
    const router = await makeRouter(zone, account);
    await api.db.address.updateMany({
      where: { zoneId: zone.id, ip: '203.0.113.9' },
      data: { state: 'claimed', routerId: router.id, accountId: account.id },
    });
    const addresses = await list('publicAddress.list', { zoneId: zone.id, search: '203.0.113.' });
    expect(addresses.map(({ ip }) => ip)).toEqual(['203.0.113.8', '203.0.113.9', '203.0.113.10', '203.0.113.11']);
    expect(await list('publicAddress.list', { zoneId: zone.id, state: 'claimed' })).toMatchObject([
      { ip: '203.0.113.9', accountName: 'chemistry', router: { id: router.id, name: router.name } },
    ]);
    expect(await list('publicAddress.list', { zoneId: zone.id, search: '.113.11' })).toHaveLength(1);
    expect((await call(api.url, api.tenants[0].token, 'publicAddress.list', {})).code).toBe('FORBIDDEN');
  });

  it('has networks and routers of all accounts for administrators; a tenant sees their own, and of no host', async () => {
    const [{ actor, token }] = api.tenants;
    const zone = await makeZone(api.db, { name: 'west' });
    const account = await api.db.account.findUniqueOrThrow({ where: { id: actor.accountId } });
    const host = await makeHost(api.db, zone, { name: 'west-1' });
    const router = await makeRouter(zone, account, { hostId: host.id, state: 'running', appliedRevision: 1 });
    await makeRouter(zone, await makeAccount(api.db));
    expect(await list('router.list', { zoneId: zone.id })).toHaveLength(2);
    expect(await list('network.list', { zoneId: zone.id, accountId: account.id, state: ['implemented'] })).toMatchObject([
      { accountName: account.name, zoneName: 'west', routers: [{ id: router.id }] },
    ]);
    expect(await list('router.list', { hostId: host.id, state: ['running'] })).toMatchObject([
      { id: router.id, host: { id: host.id, name: 'west-1' }, accountName: account.name, isUpToDate: true },
    ]);
    expect(await list('router.list', { zoneId: zone.id }, token)).toMatchObject([{ id: router.id, host: null, accountName: null }]);
    expect(await list('router.list', { hostId: host.id }, token)).toEqual([]);
    expect(await list('network.list', { zoneId: zone.id }, token)).toHaveLength(1);
  });
});

async function makeRouter(
  zone: Parameters<typeof makeNetwork>[2],
  account: Parameters<typeof makeNetwork>[1],
  data: Partial<Parameters<typeof api.db.router.create>[0]['data']> = {},
) {
  const network = await makeNetwork(api.db, account, zone);
  const id = newId();
  await api.db.router.create({
    data: { id, accountId: account.id, zoneId: zone.id, networkId: network.id, name: `router of ${network.name}`, state: 'allocated' },
  });
  return api.db.router.update({ where: { id }, data });
}
