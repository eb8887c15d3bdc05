import { makeTemplate } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { mayAtAll } from '@nephos/authz/ability';
import { isPermission } from '@nephos/authz/policy';
import type { OperationDto } from '@nephos/contracts/operation.schema';
import { newId } from '@nephos/model/id';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { call, PROCEDURES } from './http-call.arrange.ts';

/** Things of tenant A, whose ids tenant B shows. */
interface Foreign {
  instance: string;
  operation: string;
  group: string;
  network: string;
  sshKeyPair: string;
  apiKey: string;
  session: string;
  template: string;
  account: string;
  user: string;
}
type Kind = keyof Foreign;

// What each id field of an input names. `shared` is the cloud's own: a tenant may name it, and sees nothing of others by it.
const KIND_OF_FIELD: Record<string, Kind | 'shared' | 'instance-or-other'> = {
  instanceId: 'instance',
  operationId: 'operation',
  groupId: 'group',
  networkId: 'network',
  sshKeyPairId: 'sshKeyPair',
  apiKeyId: 'apiKey',
  sessionId: 'session',
  templateId: 'template',
  accountId: 'account',
  userId: 'user',
  actorUserId: 'user',
  resourceId: 'instance-or-other',
  zoneId: 'shared',
  podId: 'shared',
  clusterId: 'shared',
  hostId: 'shared',
  poolId: 'shared',
  imageStoreId: 'shared',
  computeOfferingId: 'shared',
};

let api: TestApi;
let foreign: Foreign;
let own: Foreign;
beforeAll(async () => {
  api = await createTestApi();
  foreign = await makeThings(0);
  own = await makeThings(1);
});
afterAll(() => api.close());

const deployInput = () => ({ zoneId: api.zone.id, name: `vm-${newId()}`, templateId: api.template.id, computeOfferingId: api.offering.id });

// A whole valid input of tenant B for each procedure that takes an id; a new procedure without one here fails the walk.
const VALID: Record<string, () => Record<string, unknown>> = {
  'account.get': () => ({ accountId: own.account }),
  'account.update': () => ({ accountId: own.account }),
  'user.list': () => ({}),
  'user.get': () => ({ userId: own.user }),
  'user.update': () => ({ userId: own.user }),
  'template.update': () => ({ templateId: own.template }),
  'apiKey.revoke': () => ({ apiKeyId: own.apiKey }),
  'computeOffering.update': () => ({ computeOfferingId: api.offering.id }),
  'cluster.get': () => ({ clusterId: api.hosts[0]!.clusterId }),
  'cluster.list': () => ({}),
  'imageStore.list': () => ({}),
  'pod.get': () => ({ podId: api.hosts[0]!.podId }),
  'pod.list': () => ({}),
  'cluster.create': () => ({ podId: api.hosts[0]!.podId, name: newId(), hypervisor: 'kvm' }),
  'event.list': () => ({}),
  'host.create': () => ({ clusterId: api.hosts[0]!.clusterId, name: newId(), managementIp: '192.0.2.200' }),
  'host.createJoinToken': () => ({ hostId: api.hosts[0]!.id }),
  'host.get': () => ({ hostId: api.hosts[0]!.id }),
  'host.list': () => ({}),
  'host.update': () => ({ hostId: api.hosts[0]!.id }),
  'host.remove': () => ({ hostId: api.hosts[0]!.id }),
  'imageStore.create': () => ({ zoneId: api.zone.id, name: newId() }),
  'instance.deploy': deployInput,
  'instance.password': () => ({ instanceId: own.instance }),
  'instance.openConsole': () => ({ instanceId: own.instance, kind: 'screen' }),
  'instance.screenshot': () => ({ instanceId: own.instance }),
  'instance.get': () => ({ instanceId: own.instance }),
  'instance.metrics': () => ({ instanceId: own.instance }),
  'instance.start': () => ({ instanceId: own.instance }),
  'instance.stop': () => ({ instanceId: own.instance }),
  'instance.reboot': () => ({ instanceId: own.instance }),
  'instance.destroy': () => ({ instanceId: own.instance }),
  'instance.recover': () => ({ instanceId: own.instance }),
  'instance.expunge': () => ({ instanceId: own.instance }),
  'instance.update': () => ({ instanceId: own.instance, displayName: 'taken over', tags: { owner: 'b' } }),
  'instance.list': () => ({}),
  'network.list': () => ({}),
  'operation.get': () => ({ operationId: own.operation }),
  'operation.getHistory': () => ({ operationId: own.operation }),
  'operation.cancel': () => ({ operationId: own.operation }),
  'operation.retry': () => ({ operationId: own.operation }),
  'operation.retryStuck': () => ({ operationId: own.operation }),
  'operation.resolveStuck': () => ({ operationId: own.operation, reason: 'because' }),
  'operation.list': () => ({}),
  'pod.update': () => ({ podId: api.hosts[0]!.podId, name: newId() }),
  'cluster.update': () => ({ clusterId: api.hosts[0]!.clusterId, name: newId() }),
  'zone.update': () => ({ zoneId: api.zone.id }),
  'pool.update': () => ({ poolId: newId() }),
  'imageStore.update': () => ({ imageStoreId: newId(), name: newId() }),
  'publicAddress.list': () => ({}),
  'router.list': () => ({}),
  'pod.create': () => ({ zoneId: api.zone.id, name: newId() }),
  'pool.create': () => ({ hostId: api.hosts[0]!.id, name: newId(), path: '/p' }),
  'pool.list': () => ({}),
  'publicAddress.create': () => ({ zoneId: api.zone.id, firstIp: '203.0.113.1', lastIp: '203.0.113.2', prefixLength: 24 }),
  'sshKeyPair.delete': () => ({ sshKeyPairId: own.sshKeyPair }),
  'template.create': () => ({ imageStoreId: newId(), name: 't', sha256: 'a'.repeat(64), sizeBytes: 1 }),
  'template.get': () => ({ templateId: own.template }),
  'user.create': () => ({ name: 'mallory', password: 'a long password', accountId: own.account }),
  'user.endSession': () => ({ sessionId: own.session }),
  'volume.list': () => ({}),
  'zone.get': () => ({ zoneId: api.zone.id }),
};

// The state in which A's thing would let itself be changed: no refusal of the state may stand in for the one of the owner.
const READY_FOR: Record<string, string> = {
  'instance.start': 'stopped',
  'instance.stop': 'running',
  'instance.reboot': 'running',
  'instance.destroy': 'stopped',
  'instance.recover': 'destroyed',
  'instance.expunge': 'destroyed',
  'operation.cancel': 'running',
  'operation.retry': 'failed',
  'operation.retryStuck': 'stuck',
  'operation.resolveStuck': 'stuck',
};

const cases = PROCEDURES.flatMap(({ path, input }) => (input ? idFieldsOf(input).map((field) => [path, field] as const) : []));

describe('another tenant’s ids', () => {
  it.each(cases)('%s does not take %s', async (procedure, field) => {
    const valid = VALID[procedure];
    const kind = KIND_OF_FIELD[field.split('.').at(-1) ?? ''];
    if (!valid || !kind) throw new Error(`Say in this test what a valid input of ${procedure} is, and what ${field} names.`);
    const ready = READY_FOR[procedure];
    if (ready) {
      await api.db.instance.update({ where: { id: foreign.instance }, data: procedure.startsWith('instance.') ? { state: ready } : {} });
      await api.db.operation.update({ where: { id: foreign.operation }, data: procedure.startsWith('operation.') ? { state: ready } : {} });
    }
    const before = await thingsOfA();
    const shown = kind === 'shared' || kind === 'instance-or-other' ? [foreign.instance, foreign.operation, foreign.network] : [foreign[kind]];
    for (const id of shown) {
      const answer = await call(api.url, api.tenants[1].token, procedure, put(valid(), field, id));
      const nobodys = await call(api.url, api.tenants[1].token, procedure, put(valid(), field, newId()));
      const described = PROCEDURES.find(({ path }) => path === procedure);
      const mayAsk = described && isPermission(described.permission) && mayAtAll(api.tenants[1].actor, described.permission);
      if (!mayAsk) expect(answer.code).toBe('FORBIDDEN'); // whoever's the id is
      else if (procedure.endsWith('.list')) expect(answer.data).toEqual({ items: [], nextCursor: null });
      else expect(answer.code).toBe('NOT_FOUND');
      // Nor can it be told from an id that nobody has.
      expect(anonymous(answer, id)).toEqual(anonymous(nobodys, JSON.stringify(nobodys.body).match(/[0-9a-f-]{36}/)?.[0] ?? ''));
    }
    expect(await thingsOfA()).toEqual(before);
  });

  it('bring nothing of A to B’s lists when they name what both share', async () => {
    const lists = PROCEDURES.filter(
      ({ path, permission }) => path.endsWith('.list') && isPermission(permission) && mayAtAll(api.tenants[1].actor, permission),
    );
    for (const { path, input } of lists) {
      const shared = input ? idFieldsOf(input).filter((field) => KIND_OF_FIELD[field] === 'shared') : [];
      const ids: Record<string, string> = { zoneId: api.zone.id, hostId: api.hosts[0]!.id };
      for (const filter of [{}, ...shared.map((field) => ({ [field]: ids[field] }))]) {
        const answer = await call(api.url, api.tenants[1].token, path, { limit: 500, ...filter });
        expect(answer.code).toBeUndefined();
        expect(JSON.stringify(answer.data)).not.toContain(foreign.account);
        for (const id of [foreign.instance, foreign.operation, foreign.network, foreign.sshKeyPair, foreign.apiKey, foreign.template])
          expect(JSON.stringify(answer.data)).not.toContain(id);
      }
    }
  });

  it('are no way in for another user of the same account either, where a thing is a person’s own', async () => {
    const colleague = await api.db.user.create({ data: { id: newId(), accountId: foreign.account, name: `colleague-${newId()}`, role: 'user' } });
    const key = await api.db.apiKey.findUniqueOrThrow({ where: { id: foreign.apiKey } });
    await api.db.apiKey.update({ where: { id: foreign.apiKey }, data: { userId: colleague.id } });
    expect((await call(api.url, api.tenants[0].token, 'apiKey.revoke', { apiKeyId: foreign.apiKey })).code).toBe('NOT_FOUND');
    await api.db.apiKey.update({ where: { id: foreign.apiKey }, data: { userId: key.userId } });
  });

  it('are not found by an administrator where the administrator acts for the own account', async () => {
    for (const field of ['networkId', 'sshKeyPairId'] as const) {
      const id = field === 'networkId' ? foreign.network : foreign.sshKeyPair;
      expect((await call(api.url, api.admin.token, 'instance.deploy', { ...deployInput(), [field]: id })).code).toBe('NOT_FOUND');
    }
  });

  it('are refused by the upload, which is no procedure', async () => {
    const response = await fetch(`${api.url}/api/v1/template.upload?templateId=${foreign.template}&offset=0`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${api.tenants[1].token}` },
      body: 'x',
    });
    expect([response.status, await response.json()]).toEqual([403, expect.objectContaining({ code: 'FORBIDDEN' })]);
  });
});

/** Every field of an input, at any depth, that is a UUID. */
function idFieldsOf(schema: z.ZodType): string[] {
  const found: string[] = [];
  const walk = (node: unknown, path: string[]): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('format' in node && node.format === 'uuid') found.push(path.join('.'));
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties' && typeof value === 'object' && value)
        for (const [name, property] of Object.entries(value)) walk(property, [...path, name]);
      else if (Array.isArray(value)) for (const one of value) walk(one, path);
      else walk(value, path);
    }
  };
  walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), []);
  return found;
}

function put(input: Record<string, unknown>, field: string, id: string): Record<string, unknown> {
  if (field.includes('.')) throw new Error(`Teach this test to fill ${field}.`);
  return { ...input, [field]: id };
}

/** An answer without what may differ: the id itself, and the request's. */
function anonymous({ status, code, message, data, details }: Awaited<ReturnType<typeof call>>, id: string) {
  return JSON.parse(
    JSON.stringify({ status, code, message, data, details })
      .replaceAll(id || '-', 'ID')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'),
  ) as unknown;
}

async function makeThings(tenant: 0 | 1): Promise<Foreign> {
  const { actor, token } = api.tenants[tenant];
  const deployed = (await call(api.url, token, 'instance.deploy', { ...deployInput(), count: 2, wantsPassword: true })).data as OperationDto[];
  const [operation] = deployed;
  if (!operation?.groupId) throw new Error('no operation');
  const account = await api.db.account.findUniqueOrThrow({ where: { id: actor.accountId } });
  return {
    instance: operation.resource.id,
    operation: operation.id,
    group: operation.groupId,
    network: (await api.db.network.findFirstOrThrow({ where: { accountId: actor.accountId } })).id,
    sshKeyPair: (
      (await call(api.url, token, 'sshKeyPair.create', { name: 'k', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==' })).data as { id: string }
    ).id,
    apiKey: ((await call(api.url, token, 'apiKey.create', { name: 'k' })).data as { id: string }).id,
    session: (
      await api.db.session.create({ data: { id: newId(), userId: actor.userId, tokenHash: newId(), expiresAt: new Date(Date.now() + 3_600_000) } })
    ).id,
    template: (await makeTemplate(api.db, account, api.zone, { isPublic: false })).id,
    account: actor.accountId,
    user: actor.userId,
  };
}

/** All that a successful call would have changed. */
async function thingsOfA() {
  const { accountId } = api.tenants[0].actor;
  const where = { accountId };
  const [account, instances, operations, networks, keys, apiKeys, templates, users, events] = await Promise.all([
    api.db.account.findUniqueOrThrow({ where: { id: accountId } }),
    api.db.instance.findMany({ where, orderBy: { id: 'asc' } }),
    api.db.operation.findMany({ where, orderBy: { id: 'asc' } }),
    api.db.network.findMany({ where }),
    api.db.sshKeyPair.findMany({ where }),
    api.db.apiKey.findMany({ where, omit: { lastUsedAt: true }, orderBy: { id: 'asc' } }),
    api.db.template.findMany({ where }),
    api.db.user.findMany({ where }),
    api.db.event.findMany({ where, orderBy: { id: 'asc' } }),
  ]);
  return { account, instances, operations, networks, keys, apiKeys, templates, users, events };
}
