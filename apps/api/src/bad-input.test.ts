import type { InstanceDto } from '@nephos/contracts/instance.schema';
import type { OperationDto } from '@nephos/contracts/operation.schema';
import { findViolations } from '@nephos/db/invariants';
import { newId } from '@nephos/model/id';
import { makeOffering, makeTemplate, makeZone } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, PROCEDURES, type Answer } from './http-call.arrange.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
});
afterAll(() => api.close());

const asTenant = (procedure: string, input?: unknown, headers?: Record<string, string>) =>
  call(api.url, api.tenants[0].token, procedure, input, headers);
const deployInput = (name: string, more: object = {}) => ({
  zoneId: api.zone.id,
  name,
  templateId: api.template.id,
  computeOfferingId: api.offering.id,
  ...more,
});
const codesOf = (answers: Answer[]) => answers.map(({ code }) => code ?? 'done').toSorted();

/** All that a refused request could have left. */
async function traces() {
  const [account, instances, volumes, nics, networks, addresses, operations, claims, allocations, keys] = await Promise.all([
    api.db.account.findUniqueOrThrow({ where: { id: api.tenants[0].actor.accountId } }),
    api.db.instance.count(),
    api.db.volume.count(),
    api.db.nic.count(),
    api.db.network.count(),
    api.db.address.count({ where: { kind: 'guest' } }),
    api.db.operation.count(),
    api.db.limitClaim.count(),
    api.db.hostAllocation.count(),
    api.db.idempotencyKey.count(),
  ]);
  return {
    used: [account.usedInstances, account.usedVcpus, account.usedMemoryMib],
    instances,
    volumes,
    nics,
    networks,
    addresses,
    operations,
    claims,
    allocations,
    keys,
  };
}

async function running(name: string): Promise<string> {
  const { data, code, message } = await asTenant('instance.deploy', deployInput(name));
  expect([code, message]).toEqual([undefined, '']);
  await api.finishAll();
  return (data as OperationDto[])[0]!.resource.id;
}

describe('a deploy', () => {
  it.each<[string, string, string | undefined, () => Promise<object> | object]>([
    ['an unknown zone', 'NOT_FOUND', 'zoneId', () => ({ zoneId: newId() })],
    ['a disabled zone', 'INVALID_STATE', 'zoneId', async () => ({ zoneId: (await makeZone(api.db, { isEnabled: false })).id })],
    ['an unknown template', 'NOT_FOUND', 'templateId', () => ({ templateId: newId() })],
    ['a template that is not ready', 'INVALID_STATE', 'templateId', async () => ({ templateId: (await templateOfAdmin({ state: 'uploading' })).id })],
    ['a retired template', 'INVALID_STATE', 'templateId', async () => ({ templateId: (await templateOfAdmin({ isEnabled: false })).id })],
    ['a removed template', 'NOT_FOUND', 'templateId', async () => ({ templateId: (await templateOfAdmin({ removedAt: new Date() })).id })],
    ['an unknown offering', 'NOT_FOUND', 'computeOfferingId', () => ({ computeOfferingId: newId() })],
    [
      'a retired offering',
      'INVALID_STATE',
      'computeOfferingId',
      async () => ({ computeOfferingId: (await makeOffering(api.db, { isEnabled: false })).id }),
    ],
    [
      'an offering too small for the template',
      'BAD_INPUT',
      'computeOfferingId',
      async () => ({ templateId: (await templateOfAdmin({ minMemoryMib: 4_096 })).id }),
    ],
    ['an unknown network', 'NOT_FOUND', 'networkId', () => ({ networkId: newId() })],
    ['an unknown SSH key', 'NOT_FOUND', 'sshKeyPairId', () => ({ sshKeyPairId: newId() })],
    ['user data over 32 KiB', 'BAD_INPUT', 'userData', () => ({ userData: Buffer.alloc(32 * 1024 + 1).toString('base64') })],
    ['user data that is not base64', 'BAD_INPUT', 'userData', () => ({ userData: '#!/bin/sh' })],
    ['a count of none', 'BAD_INPUT', 'count', () => ({ count: 0 })],
    ['a count over what is made at once', 'BAD_INPUT', 'count', () => ({ count: 51 })],
    ['a count over the limit', 'LIMIT_EXCEEDED', undefined, () => ({ count: 50 })],
    [
      'more memory than the limit',
      'LIMIT_EXCEEDED',
      undefined,
      async () => ({ computeOfferingId: (await makeOffering(api.db, { memoryMib: 1_000_000 })).id }),
    ],
    [
      'a root disk smaller than the template',
      'BAD_INPUT',
      'rootDiskGib',
      async () => ({ templateId: (await templateOfAdmin({ virtualSizeBytes: 5n * 1024n ** 3n })).id, rootDiskGib: 1 }),
    ],
    ['a name that is no host name', 'BAD_INPUT', 'name', () => ({ name: 'No Host' })],
    ['too many tags', 'BAD_INPUT', 'tags', () => ({ tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`t${n}`, 'x'])) })],
    ['a tag with a character that no database takes', 'BAD_INPUT', undefined, () => ({ tags: { a: 'x\u0000' } })],
    ['a tag with half a character', 'BAD_INPUT', undefined, () => ({ tags: { a: '\uD800' } })],
  ])('with %s is %s, and leaves nothing behind', async (_, code, field, more) => {
    const input = deployInput('refused', await more());
    const before = await traces();
    const answer = await asTenant('instance.deploy', input, { 'idempotency-key': newId() });
    expect([answer.code, answer.details['field']]).toEqual([code, field]);
    expect(answer.message.length).toBeGreaterThan(15);
    expect(await traces()).toEqual(before);
    expect(await findViolations(api.db)).toEqual([]);
  });

  it('with a name that is taken is NAME_TAKEN, also of a destroyed instance, and also when both ask at once', async () => {
    const instanceId = await running('taken');
    expect(await asTenant('instance.deploy', deployInput('taken'))).toMatchObject({ code: 'NAME_TAKEN', details: { field: 'name', name: 'taken' } });
    await asTenant('instance.destroy', { instanceId });
    await api.finishAll();
    expect(await asTenant('instance.deploy', deployInput('taken'))).toMatchObject({
      code: 'NAME_TAKEN',
      message: expect.stringContaining('until it is expunged'),
    });

    const race = await Promise.all(Array.from({ length: 5 }, () => asTenant('instance.deploy', deployInput('race'))));
    expect(codesOf(race)).toEqual(['NAME_TAKEN', 'NAME_TAKEN', 'NAME_TAKEN', 'NAME_TAKEN', 'done']);
    expect(race.find(({ code }) => code === 'NAME_TAKEN')?.details).toEqual({ field: 'name', name: 'race' });
    await api.finishAll();
    expect(await findViolations(api.db)).toEqual([]);
  });

  it('that no host can take fails, says which resource ran out where, and leaves nothing behind', async () => {
    await api.db.host.updateMany({ data: { isEnabled: false } });
    const before = await traces();
    const { data } = await asTenant('instance.deploy', deployInput('homeless'));
    await api.finishAll();
    await api.db.host.updateMany({ data: { isEnabled: true } });
    const { data: ended } = await asTenant('operation.get', { operationId: (data as OperationDto[])[0]!.id });
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'CAPACITY', message: expect.stringMatching(/host/i) } });
    const after = await traces();
    expect({ ...after, instances: 0, volumes: 0, nics: 0, networks: 0, operations: 0 }).toEqual({
      ...before,
      instances: 0,
      volumes: 0,
      nics: 0,
      networks: 0,
      operations: 0,
    }); // closed rows stay as history
    expect(((await asTenant('instance.list', { search: 'homeless' })).data as { items: unknown[] }).items).toEqual([]);
    expect(await findViolations(api.db)).toEqual([]);
  });
});

describe('an order', () => {
  it('to an instance whose host is away is refused and says why, and is taken once the host is back', async () => {
    const instanceId = await running('away');
    const away = { state: 'unknown', stateReason: 'Its host h1 is disconnected.' };
    await api.db.instance.update({ where: { id: instanceId }, data: away });
    for (const verb of ['start', 'stop', 'reboot', 'destroy', 'recover', 'expunge']) {
      expect([verb, await asTenant(`instance.${verb}`, { instanceId })]).toMatchObject([
        verb,
        { code: 'INVALID_STATE', message: expect.stringMatching(/^Its host h1 is disconnected\. .*until the host is back/) },
      ]);
    }
    expect(await api.db.instance.findUnique({ where: { id: instanceId } })).toMatchObject(away);
    await api.db.instance.update({ where: { id: instanceId }, data: { state: 'running', stateReason: null } });
    expect(codesOf([await asTenant('instance.destroy', { instanceId })])).toEqual(['done']);
    await api.finishAll();
    expect(await findViolations(api.db)).toEqual([]);
  });
});

describe('opposite requests at once', () => {
  it.each([
    ['start', 'destroy'],
    ['start', 'start'],
    ['destroy', 'destroy'],
  ])('%s and %s: one wins, the other is INVALID_STATE', async (one, other) => {
    const instanceId = await running(`both-${newId().slice(-12)}`);
    await asTenant('instance.stop', { instanceId, isForced: true });
    await api.finishAll();
    const answers = await Promise.all([asTenant(`instance.${one}`, { instanceId }), asTenant(`instance.${other}`, { instanceId })]);
    expect(codesOf(answers)).toEqual(['INVALID_STATE', 'done']);
    await api.finishAll();
    expect(await findViolations(api.db)).toEqual([]);
    const { state } = (await asTenant('instance.get', { instanceId })).data as InstanceDto;
    const winner = answers[0]?.code ? other : one;
    expect(state).toBe(winner === 'start' ? 'running' : 'destroyed');
  });
});

describe('an idempotency key', () => {
  it('makes ten requests at once one, with one answer', async () => {
    const headers = { 'idempotency-key': 'ten' };
    const before = await traces();
    const answers = await Promise.all(Array.from({ length: 10 }, () => asTenant('instance.deploy', deployInput('ten'), headers)));
    expect(codesOf(answers)).toEqual(Array.from({ length: 10 }, () => 'done'));
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    await api.finishAll();
    const after = await traces();
    expect([after.instances - before.instances, await api.db.operation.count({ where: { kind: 'instance.deploy', resourceName: 'ten' } })]).toEqual([
      1, 1,
    ]);
    expect((await asTenant('instance.deploy', deployInput('ten'), headers)).data).toEqual(answers[0]?.data); // also when it has long ended
    expect(await asTenant('instance.deploy', deployInput('eleven'), headers)).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect(await asTenant('instance.start', { instanceId: newId() }, headers)).toMatchObject({ code: 'CONFLICT' });
    const others = await call(api.url, api.tenants[1].token, 'instance.deploy', deployInput('ten'), headers);
    expect(others.code).toBeUndefined(); // a key is the actor's own
    expect(others.data).not.toEqual(answers[0]?.data);
    await api.finishAll();
    expect(await findViolations(api.db)).toEqual([]);
  });

  it('of a request that was refused can be used again', async () => {
    const headers = { 'idempotency-key': 'refused' };
    expect((await asTenant('instance.deploy', deployInput('later', { zoneId: newId() }), headers)).code).toBe('NOT_FOUND');
    expect((await asTenant('instance.deploy', deployInput('later'), headers)).code).toBeUndefined();
    await api.finishAll();
  });
});

describe('a list', () => {
  const lists = PROCEDURES.filter(({ path, type }) => type === 'query' && path.endsWith('.list')).map(({ path }) => path);
  const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

  it.each(lists)('%s refuses cursors that are not its own, and odd searches find nothing', async (path) => {
    const sort = ['operation.list', 'event.list'].includes(path) ? 'createdAt' : 'name';
    const direction = sort === 'createdAt' ? 'desc' : 'asc';
    for (const bad of [
      'x',
      cursor('other', direction, 'a', newId()),
      cursor(sort, 'sideways', 'a', newId()),
      cursor(sort, direction, { time: 'never' }, newId()),
      cursor(sort, direction, 'a', '-'.repeat(36)),
      cursor(sort, direction, 'a\u0000', newId()),
      cursor(sort, direction, sort === 'name' ? 5 : 'soon', newId()),
      cursor(sort, direction, null, null),
    ]) {
      const answer = await call(api.url, api.admin.token, path, { cursor: bad });
      expect([Buffer.from(bad, 'base64url').toString(), answer.code, answer.details['field']]).toEqual([
        Buffer.from(bad, 'base64url').toString(),
        'BAD_INPUT',
        'cursor',
      ]);
    }
    for (const search of ['%', '_', "'; DROP TABLE instance", '\\'])
      expect((await call(api.url, api.admin.token, path, { search })).code).toBeUndefined();
    for (const input of [{ search: '\u0000' }, { tag: { key: '\u0000', value: 'x' } }, { limit: 501 }, { limit: 0 }, { sort: 'passwordHash' }])
      expect((await call(api.url, api.admin.token, path, input)).code).toBe('BAD_INPUT');
    if (!['operation.list', 'event.list', 'apiKey.list'].includes(path))
      expect((await call(api.url, api.admin.token, path, { tag: { key: "a'b", value: '"' } })).code).toBeUndefined();
  });
});

async function templateOfAdmin(data: object) {
  const account = await api.db.account.findUniqueOrThrow({ where: { id: api.admin.actor.accountId } });
  return makeTemplate(api.db, account, api.zone, data);
}
