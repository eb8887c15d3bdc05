import { Validator } from '@seriousme/openapi-schema-validator';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeConsoleHost } from './console.arrange.ts';
import { PROCEDURES } from './http-call.arrange.ts';
import { OPERATION_TEXTS } from './operation-texts.ts';

// Nothing here knows tRPC: a program that has read the document must get along with it alone.
const documentSchema = z.looseObject({
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).optional(),
        requestBody: z.unknown().optional(),
      }),
    ),
  ),
});
const answerSchema = z.object({
  result: z.object({ data: z.unknown() }).optional(),
  error: z.object({ data: z.object({ code: z.string(), httpStatus: z.int() }) }).optional(),
});
const withId = z.object({ id: z.string() });
const deployedSchema = z.tuple([withId.extend({ resource: withId })]);

let api: TestApi;
let document: z.output<typeof documentSchema>;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
beforeAll(async () => {
  api = await createTestApi();
  document = documentSchema.parse(await (await fetch(`${api.url}/api/v1/openapi.json`)).json());
  ajv.addSchema(document, 'api');
});
afterAll(() => api.close());

/** Calls an operation as its document says, and checks the answer against the document. */
async function callAsDocumented(
  operationId: string,
  input?: unknown,
  token = api.admin.token,
): Promise<{ isDone: boolean; code: string | undefined; data: unknown }> {
  const path = `/${operationId}`;
  const [method = '', operation] = Object.entries(document.paths[path] ?? {})[0] ?? [];
  if (!operation) throw new Error(`The document has no ${operationId}`);
  const url = new URL(`${document.servers[0]?.url}${path}`, api.url);
  const asQuery = operation.parameters?.find((parameter) => parameter.in === 'query');
  if (asQuery && input !== undefined) url.searchParams.set(asQuery.name, JSON.stringify(input));
  const sent = operation.requestBody && input !== undefined ? JSON.stringify(input) : undefined;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(sent && { 'content-type': 'application/json' }) },
    ...(sent && { body: sent }),
  });
  const body: unknown = await response.json();

  const status = response.ok ? '200' : 'default';
  const pointer = `api#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}/responses/${status}/content/application~1json/schema`;
  const validate = ajv.getSchema(pointer);
  if (!validate) throw new Error(`No schema at ${pointer}`);
  const isValid = validate(body);
  expect(isValid ? [] : validate.errors, `${operationId} answered ${JSON.stringify(body)}`).toEqual([]);
  const answer = answerSchema.parse(body);
  if (!response.ok) expect(answer.error?.data.httpStatus).toBe(response.status);
  return { isDone: response.ok, code: answer.error?.data.code, data: answer.result?.data };
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1 and describes every procedure but the stream', async () => {
    const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(Object.keys(document.paths).toSorted()).toEqual(
      PROCEDURES.filter(({ type }) => type !== 'subscription')
        .map(({ path }) => `/${path}`)
        .toSorted(),
    );
  });

  it('says in words what each operation does, and of none that is not there', () => {
    const paths = Object.keys(document.paths).map((path) => path.slice(1));
    expect(paths.filter((path) => !OPERATION_TEXTS[path])).toEqual([]);
    expect(Object.keys(OPERATION_TEXTS).filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('describes what is answered to bad input and to nobody, for each operation', async () => {
    for (const { path, input } of PROCEDURES.filter(({ type }) => type !== 'subscription')) {
      if (input && path !== 'auth.login')
        expect([
          path,
          (
            await callAsDocumented(path, {
              limit: 'many',
              name: 7,
              [''.padEnd(3, 'x')]: null,
              instanceId: 'x',
              operationId: 'x',
              templateId: 'x',
              apiKeyId: 'x',
              sessionId: 'x',
              sshKeyPairId: 'x',
              hostId: 'x',
              computeOfferingId: 'x',
              zoneId: 'x',
              podId: 'x',
              poolId: 'x',
              accountId: 'x',
              userId: 'x',
              imageStoreId: 'x',
              clusterId: 'x',
            })
          ).code,
        ]).toEqual([path, 'BAD_INPUT']);
      if (path !== 'auth.login') expect([path, (await callAsDocumented(path, {}, 'nephos_key_of_nobody')).code]).toEqual([path, 'UNAUTHENTICATED']);
    }
  });

  it('describes what is answered when all is well, for each operation', async () => {
    const called = new Set<string>();
    const done = async (operationId: string, input?: unknown) => {
      called.add(operationId);
      const { isDone, code, data } = await callAsDocumented(operationId, input);
      expect([operationId, isDone, code]).toEqual([operationId, true, undefined]);
      return data;
    };
    const made = async (operationId: string, input: unknown) => withId.parse(await done(operationId, input));
    await done('auth.login', { name: api.admin.name, password: api.admin.password });
    await done('auth.me');
    const { items: sessions } = z.object({ items: z.array(withId) }).parse(await done('user.listSessions'));
    await done('user.endSession', { sessionId: sessions[0]!.id });
    await done('user.endAllSessions');
    await done('user.changePassword', { currentPassword: api.admin.password, newPassword: 'another long password' });
    await done('account.mine');
    const zone = await made('zone.create', { name: 'z', tags: { a: 'b' } });
    const pod = await made('pod.create', { zoneId: zone.id, name: 'p' });
    const cluster = await made('cluster.create', { podId: pod.id, name: 'c', hypervisor: 'simulator' });
    await done('zone.get', { zoneId: zone.id });
    await done('pod.get', { podId: pod.id });
    await done('cluster.get', { clusterId: cluster.id });
    const { host } = z.object({ host: withId }).parse(await done('host.create', { clusterId: cluster.id, name: 'h', managementIp: '192.0.2.77' }));
    await done('host.createJoinToken', { hostId: host.id });
    await done('host.get', { hostId: host.id });
    await done('host.update', { hostId: host.id, isEnabled: true, tags: { rack: '7' } });
    const pool = await made('pool.create', { hostId: host.id, name: 'l', path: '/pool' });
    await done('pool.update', { poolId: pool.id, isEnabled: true });
    await done('host.remove', { hostId: host.id });
    await done('zone.update', { zoneId: zone.id, isEnabled: true });
    await done('pod.update', { podId: pod.id, name: 'p2' });
    await done('cluster.update', { clusterId: cluster.id, name: 'c2' });
    const store = await made('imageStore.create', { zoneId: zone.id, name: 's' });
    await done('imageStore.update', { imageStoreId: store.id, name: 's2' });
    await done('publicAddress.create', { zoneId: zone.id, firstIp: '203.0.113.1', lastIp: '203.0.113.9', prefixLength: 24 });
    const offering = await made('computeOffering.create', { name: 'o', cpuCount: 1, cpuMhz: 500, memoryMib: 128 });
    await done('computeOffering.update', { computeOfferingId: offering.id, description: 'd' });
    const template = await made('template.create', { imageStoreId: store.id, name: 't', sha256: 'a'.repeat(64), sizeBytes: 1 });
    await done('template.get', { templateId: template.id });
    await done('template.update', { templateId: template.id, isEnabled: false });
    const someone = z
      .object({ id: z.string(), accountId: z.string() })
      .parse(await done('user.create', { name: 'someone', password: 'a long enough password' }));
    await done('user.get', { userId: someone.id });
    await done('user.update', { userId: someone.id, isEnabled: false });
    await done('account.get', { accountId: someone.accountId });
    await done('account.update', { accountId: someone.accountId, maxInstances: 3 });
    const sshKeyPair = await made('sshKeyPair.create', { name: 'k', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me' });
    const deploy = {
      zoneId: api.zone.id,
      name: 'vm',
      templateId: api.template.id,
      computeOfferingId: offering.id,
      sshKeyPairId: sshKeyPair.id,
      wantsPassword: true,
    };
    const [{ id: operationId, resource }] = deployedSchema.parse(await done('instance.deploy', deploy));
    const instanceId = resource.id;
    await done('instance.get', { instanceId });
    await done('instance.password', { instanceId });
    const consoleHost = await makeConsoleHost(api);
    const running = await consoleHost.startInstance(api.admin);
    await done('instance.openConsole', { instanceId: running, kind: 'screen' });
    await done('instance.screenshot', { instanceId: running });
    await consoleHost.leave();
    await done('instance.metrics', { instanceId, range: 'week' });
    await done('instance.update', { instanceId, displayName: 'VM' });
    await done('operation.get', { operationId });
    await done('operation.getHistory', { operationId });
    await done('operation.overview');
    await done('doctor.examine');
    await done('operation.slowestSteps');
    await done('operation.cancel', { operationId });
    for (const [verb, state] of Object.entries({
      start: 'stopped',
      stop: 'running',
      reboot: 'running',
      destroy: 'stopped',
      recover: 'destroyed',
      expunge: 'destroyed',
    })) {
      await api.db.instance.update({ where: { id: instanceId }, data: { state } });
      await done(`instance.${verb}`, { instanceId });
    }
    await api.db.operation.update({ where: { id: operationId }, data: { state: 'failed', kind: 'instance.start' } });
    await api.db.instance.update({ where: { id: instanceId }, data: { state: 'stopped' } });
    await done('operation.retry', { operationId });
    for (const { path, type } of PROCEDURES) if (path.endsWith('.list') && type === 'query') await done(path, { limit: 500 });
    await done('sshKeyPair.delete', { sshKeyPairId: sshKeyPair.id });
    const key = await made('apiKey.create', { name: 'k' });
    await done('apiKey.revoke', { apiKeyId: key.id });
    await done('auth.logout');

    // An answer to a stuck operation goes to its workflow, and none runs here.
    for (const [path, input] of Object.entries({
      'operation.retryStuck': { operationId },
      'operation.resolveStuck': { operationId, reason: 'because' },
    })) {
      called.add(path);
      expect([path, (await callAsDocumented(path, input)).code]).toEqual([path, 'INVALID_STATE']);
    }
    expect(PROCEDURES.filter(({ type, path }) => type !== 'subscription' && !called.has(path)).map(({ path }) => path)).toEqual([]);
  });
});
