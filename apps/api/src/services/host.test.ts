import type { HostDetailDto, HostDto, HostToJoinDto } from '@nephos/contracts/host.schema';
import { newId } from '@nephos/model/id';
import { makeAccount, makeHost, makeInstance, makeNetwork, makeZone } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../http-call.arrange.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const asAdmin = async <T>(procedure: string, input?: object) => {
  const { data, code, message } = await call(api.url, api.admin.token, procedure, input);
  expect([code, message]).toEqual([undefined, '']);
  return data as T;
};
const list = async (input: object = {}) => (await asAdmin<{ items: HostDto[] }>('host.list', input)).items;
const namesOf = (hosts: readonly HostDto[]) => hosts.map(({ name }) => name);

describe('hosts', () => {
  it('are listed by state, cluster, zone, hypervisor, text and whether they are enabled, in the order asked for', async () => {
    const zone = await makeZone(api.db);
    const alpha = await makeHost(api.db, zone, { name: 'alpha-rack7', state: 'disconnected', createdAt: new Date(3_000) });
    const beta = await makeHost(api.db, zone, { name: 'beta-rack7', hypervisor: 'kvm', createdAt: new Date(2_000) });
    const gamma = await makeHost(api.db, zone, { name: 'gamma', state: 'registered', isEnabled: false, createdAt: new Date(1_000) });
    const inZone = async (input: object) => namesOf(await list({ zoneId: zone.id, ...input }));
    expect(await inZone({})).toEqual(['alpha-rack7', 'beta-rack7', 'gamma']);
    expect(await inZone({ direction: 'desc' })).toEqual(['gamma', 'beta-rack7', 'alpha-rack7']);
    expect(await inZone({ sort: 'state' })).toEqual(['beta-rack7', 'alpha-rack7', 'gamma']); // connected, disconnected, registered
    expect(await inZone({ sort: 'createdAt' })).toEqual(['gamma', 'beta-rack7', 'alpha-rack7']);
    expect(await inZone({ state: ['disconnected', 'registered'] })).toEqual(['alpha-rack7', 'gamma']);
    expect(await inZone({ clusterId: beta.clusterId })).toEqual(['beta-rack7']);
    expect(await inZone({ hypervisor: 'kvm' })).toEqual(['beta-rack7']);
    expect(await inZone({ isEnabled: false })).toEqual(['gamma']);
    expect(await inZone({ search: 'RACK7' })).toEqual(['alpha-rack7', 'beta-rack7']);
    expect((await list({})).length).toBeGreaterThan(3);
    expect([alpha.zoneId, gamma.zoneId]).toEqual([zone.id, zone.id]);
  });

  it('say where they are and how many instances they have', async () => {
    const zone = await makeZone(api.db, { name: 'zone of names' });
    const host = await makeHost(api.db, zone);
    const account = await makeAccount(api.db);
    const network = await makeNetwork(api.db, account, zone);
    for (const name of ['one', 'two', 'gone']) {
      const { id } = await makeInstance(api.db, account, zone, network, { name });
      await api.db.instance.update({ where: { id }, data: { hostId: host.id, ...(name === 'gone' && { removedAt: new Date() }) } });
    }
    const [cluster, pod] = [
      await api.db.cluster.findUniqueOrThrow({ where: { id: host.clusterId } }),
      await api.db.pod.findUniqueOrThrow({ where: { id: host.podId } }),
    ];
    const described = { zoneName: 'zone of names', podName: pod.name, clusterName: cluster.name, instanceCount: 2 };
    expect(await asAdmin('host.get', { hostId: host.id })).toMatchObject(described);
    expect(await list({ zoneId: zone.id })).toMatchObject([described]);
    expect((await call(api.url, api.admin.token, 'host.get', { hostId: newId() })).code).toBe('NOT_FOUND');
  });

  it('wait to be joined until a machine has shown their token', async () => {
    const { clusterId } = api.hosts[0]!;
    const made = await asAdmin<HostToJoinDto>('host.create', { clusterId, name: 'awaited', managementIp: '192.0.2.99' });
    expect(made.host).toMatchObject({ state: 'registered', isJoined: false, joinTokenExpiresAt: made.expiresAt });
    await api.db.host.update({ where: { id: made.host.id }, data: { certificateFingerprint: 'aa', joinTokenHash: null, joinTokenExpiresAt: null } });
    expect(await asAdmin('host.get', { hostId: made.host.id })).toMatchObject({ isJoined: true, joinTokenExpiresAt: null });
  });

  it('say what their machine has of what a host needs', async () => {
    const host = await makeHost(api.db, api.zone);
    const checksNow = async () => (await asAdmin<HostDetailDto>('host.get', { hostId: host.id })).checks;
    expect(await checksNow()).toEqual([]);
    const checks = [{ name: 'libvirt', state: 'missing', what: 'It does not answer', help: 'Start it.' }];
    await api.db.host.update({ where: { id: host.id }, data: { facts: { checks } } });
    expect(await checksNow()).toEqual(checks);
    await api.db.host.update({ where: { id: host.id }, data: { isEnabled: false } });
  });

  it('are removed, and are in no list and no count any more', async () => {
    const zone = await makeZone(api.db);
    const host = await makeHost(api.db, zone, { name: 'gone-soon' });
    const { clusterId } = host;
    const counted = async () => (await asAdmin<{ hostCount: number }>('cluster.get', { clusterId })).hostCount;
    expect(await counted()).toBe(1);
    expect(await asAdmin('host.remove', { hostId: host.id })).toEqual({ id: host.id, name: 'gone-soon' });
    expect([await list({ zoneId: zone.id }), await counted()]).toEqual([[], 0]);
    expect((await asAdmin<{ items: unknown[] }>('pool.list', { hostId: host.id })).items).toEqual([]);
    for (const procedure of ['get', 'update', 'createJoinToken', 'remove'])
      expect([procedure, (await call(api.url, api.admin.token, `host.${procedure}`, { hostId: host.id })).code]).toEqual([procedure, 'NOT_FOUND']);
    expect((await call(api.url, api.admin.token, 'pool.create', { hostId: host.id, name: 'p', path: '/p' })).code).toBe('NOT_FOUND');
    const { message, actorUserId } = await api.db.event.findFirstOrThrow({ where: { resourceId: host.id } });
    expect([message, actorUserId]).toEqual([expect.stringContaining('Host gone-soon was removed'), api.admin.actor.userId]);
    expect((await asAdmin<HostToJoinDto>('host.create', { clusterId, name: 'gone-soon', managementIp: '192.0.2.98' })).host.name).toBe('gone-soon');
  });

  it('are disabled and enabled, which is kept in words', async () => {
    const host = await makeHost(api.db, api.zone, { name: 'in-service' });
    expect(await asAdmin('host.update', { hostId: host.id, isEnabled: false })).toMatchObject({ isEnabled: false });
    expect(await asAdmin('host.update', { hostId: host.id, isEnabled: true, memoryOvercommit: 1.5 })).toMatchObject({
      isEnabled: true,
      capacity: { memoryMib: host.memoryMib * 1.5 },
    });
    const events = await api.db.event.findMany({ where: { resourceId: host.id }, orderBy: { id: 'asc' } });
    expect(events.map(({ message, actorUserId }) => [message, actorUserId])).toEqual([
      ['Host in-service was disabled: nothing new is placed on it.', api.admin.actor.userId],
      ['Host in-service was enabled: instances may be placed on it again.', api.admin.actor.userId],
    ]);
  });
});
