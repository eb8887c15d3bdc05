import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { OperationDto } from '@nephos/contracts/operation.schema';
import { createNephosClient } from '@nephos/client/client';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './http-call.arrange.ts';
import { createAgentService } from './services/agent.ts';

const PG_DUMP = process.env['PG_DUMP'] ?? '/usr/lib/postgresql/15/bin/pg_dump';
const run = promisify(execFile);

let api: TestApi;
/** Everything that must be found nowhere, by what it is. */
const planted: Record<string, string> = {};
const marker = () => `marker-${randomBytes(12).toString('hex')}`;

beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
  const [tenant] = api.tenants;
  planted['password of a user'] = marker();
  planted['password that was wrong'] = marker();
  planted['password that was refused'] = `x${marker()}`.slice(0, 11);
  const userName = 'secretive';
  await call(api.url, api.admin.token, 'user.create', { name: userName, password: planted['password of a user'] });
  await call(api.url, api.admin.token, 'user.create', { name: userName, password: planted['password that was refused'] });
  await call(api.url, undefined, 'auth.login', { name: userName, password: planted['password that was wrong'] });
  planted['token of a session'] = (
    (await call(api.url, undefined, 'auth.login', { name: userName, password: planted['password of a user'] })).data as { token: string }
  ).token;
  planted['token of an API key'] = (
    (await call(api.url, tenant.token, 'apiKey.create', { name: 'k' }, { 'idempotency-key': 'key' })).data as { token: string }
  ).token;
  planted['token nobody knows'] = `nephos_key_${marker()}`;
  await call(api.url, planted['token nobody knows'], 'auth.me');

  planted['user data'] = marker();
  const userData = Buffer.from(`#cloud-config\npassword: ${planted['user data']}\n`).toString('base64');
  planted['user data in base64'] = userData;
  const deployed = await call(
    api.url,
    tenant.token,
    'instance.deploy',
    { zoneId: api.zone.id, name: 'vm', templateId: api.template.id, computeOfferingId: api.offering.id, userData, wantsPassword: true },
    { 'idempotency-key': 'vm' },
  );
  const [operation] = deployed.data as OperationDto[];
  await api.finishAll();
  planted['password of an instance'] = (
    (await call(api.url, tenant.token, 'instance.password', { instanceId: operation!.resource.id })).data as { password: string }
  ).password;

  planted['user data of a deploy that failed'] = marker();
  api.faults.set('ensureInstance', 'fail');
  await call(api.url, tenant.token, 'instance.deploy', {
    zoneId: api.zone.id,
    name: 'broken',
    templateId: api.template.id,
    computeOfferingId: api.offering.id,
    userData: Buffer.from(planted['user data of a deploy that failed']).toString('base64'),
  });
  await api.finishAll();
  api.faults.reset();
  planted['user data of a deploy that failed, in base64'] = Buffer.from(planted['user data of a deploy that failed']).toString('base64');
  // A connection whose first message holds a token.
  await createNephosClient({ url: api.url, token: planted['token of an API key'] })
    .connect(operation!.resource.id, 22, { signal: AbortSignal.timeout(500) })
    .catch(() => undefined);
});
afterAll(() => api.close());

function findIn(text: string): string[] {
  return Object.entries(planted)
    .filter(([, secret]) => text.includes(secret))
    .map(([what]) => what);
}

describe('a secret', () => {
  it('is found when it is there', () => {
    expect(Object.values(planted).every((secret) => secret.length > 10)).toBe(true);
    for (const [what, secret] of Object.entries(planted)) expect(findIn(`before${secret}after`)).toContain(what);
  });

  it('lies nowhere in the database in clear', async () => {
    const { stdout } = await run(PG_DUMP, ['--dbname', api.databaseUrl, '--inserts'], { maxBuffer: 256 * 1024 * 1024 });
    expect(stdout).toContain('secretive'); // what is no secret is in it
    expect(findIn(stdout)).toEqual([]);
    for (const [what, secret] of Object.entries(planted)) expect([what, stdout.includes(Buffer.from(secret).toString('hex'))]).toEqual([what, false]);
  });

  it('is in no history of Temporal', async () => {
    const operations = await api.db.operation.findMany();
    expect(operations.length).toBeGreaterThanOrEqual(3);
    let sizeBytes = 0;
    for (const { kind, id } of operations) {
      const history = await api.temporal.workflow.getHandle(`${kind}/${id}`).fetchHistory();
      const chunks: string[] = [];
      collect(history, chunks);
      const text = chunks.join('\n');
      sizeBytes += text.length;
      expect([kind, findIn(text)]).toEqual([kind, []]);
    }
    expect(sizeBytes).toBeGreaterThan(10_000);
  });

  it('is told to no administrator who reads how an operation ran', async () => {
    for (const { id } of await api.db.operation.findMany()) {
      const { data: detail } = await call(api.url, api.admin.token, 'operation.get', { operationId: id });
      const { data: history } = await call(api.url, api.admin.token, 'operation.getHistory', { operationId: id });
      const text = JSON.stringify([detail, history]);
      expect(text).toContain(`"operationId":"${id}"`); // decoded
      expect([id, findIn(text)]).toEqual([id, []]);
    }
  });

  it('is offered to the account whose instance it is, and to no administrator', async () => {
    const { id: instanceId } = await api.db.instance.findFirstOrThrow({ where: { name: 'vm' } });
    for (const [token, hasPassword] of [
      [api.tenants[0].token, true],
      [api.admin.token, false],
    ] as const)
      expect((await call(api.url, token, 'instance.get', { instanceId })).data).toMatchObject({ hasPassword });
    expect((await call(api.url, api.admin.token, 'instance.password', { instanceId })).code).toBe('NOT_FOUND');
  });

  it('is in no line of the log', () => {
    expect(api.logLines.length).toBeGreaterThanOrEqual(10);
    expect(findIn(api.logLines.join('\n'))).toEqual([]);
  });

  it('reaches the host that holds the claim, and a retry', async () => {
    const router = await api.db.router.findFirstOrThrow({ where: { removedAt: null } });
    const { guests } = await createAgentService({ db: api.db, secretKeys: api.keys.secrets }).describeRouter(router.hostId!, router.id);
    expect(guests.map(({ userData, password }) => ({ userData, password }))).toEqual([
      { userData: planted['user data in base64'], password: planted['password of an instance'] },
    ]);
    const other = api.hosts.find(({ id }) => id !== router.hostId)!;
    await expect(createAgentService({ db: api.db, secretKeys: api.keys.secrets }).describeRouter(other.id, router.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });

    const failed = await api.db.operation.findFirstOrThrow({ where: { resourceName: 'broken' } });
    expect((await call(api.url, api.tenants[0].token, 'operation.retry', { operationId: failed.id })).code).toBeUndefined();
    await api.finishAll();
    const again = await createAgentService({ db: api.db, secretKeys: api.keys.secrets }).describeRouter(router.hostId!, router.id);
    expect(again.guests.find(({ hostname }) => hostname === 'broken')?.userData).toBe(planted['user data of a deploy that failed, in base64']);
  });
});

/** Every text and every byte of a history, as Temporal keeps it: payloads are not decoded here. */
function collect(value: unknown, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else if (value instanceof Uint8Array) into.push(Buffer.from(value).toString('latin1'));
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, into);
}
