import type {
  OperationDetailDto,
  OperationDto,
  OperationHistoryDto,
  operationOverviewDto,
  slowestStepsDto,
} from '@nephos/contracts/operation.schema';
import { newId } from '@nephos/model/id';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { call } from '../http-call.arrange.ts';

let api: TestApi;
let failed: OperationDto;
let good: OperationDto;
beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
  const deploy = async (name: string) => {
    const input = { zoneId: api.zone.id, name, templateId: api.template.id, computeOfferingId: api.offering.id, wantsPassword: true };
    const { data } = await call(api.url, api.tenants[0].token, 'instance.deploy', input);
    await api.finishAll();
    return (data as OperationDto[])[0]!;
  };
  good = await deploy('good');
  await api.db.host.updateMany({ data: { isEnabled: false } });
  failed = await deploy('homeless');
  await api.db.host.updateMany({ data: { isEnabled: true } });
  const attempt = { activityId: '1', attempt: 1, activity: 'startInstance', state: 'succeeded', startedAt: new Date(), hostId: api.hosts[0]!.id };
  await api.db.stepAttempt.create({ data: { operationId: good.id, ...attempt } }); // as an agent would have told
});
afterAll(() => api.close());

const asAdmin = async <T>(procedure: string, input?: unknown) => (await call(api.url, api.admin.token, procedure, input)).data as T;
const listed = async (input: object, token = api.admin.token) =>
  ((await call(api.url, token, 'operation.list', input)).data as { items: (OperationDto & { accountName: string })[] }).items.map(({ id }) => id);

describe('operations', () => {
  it('are found by who asked, on which host, how old they are, and what their error says', async () => {
    const { accountId: account } = api.tenants[0].actor;
    const { name } = await api.db.account.findUniqueOrThrow({ where: { id: account } });
    expect(await listed({ account, kind: 'instance.deploy' })).toEqual([failed.id, good.id]);
    expect(await listed({ account: name.slice(1).toUpperCase(), kind: 'instance.deploy' })).toEqual([failed.id, good.id]);
    expect(await listed({ account: api.tenants[1].actor.accountId })).toEqual([]);
    expect(await listed({ account }, api.tenants[1].token)).toEqual([]);
    expect(await listed({ host: api.hosts[0]!.name })).toEqual([good.id]);
    expect(await listed({ host: api.hosts[1]!.id })).toEqual([]);
    expect((await call(api.url, api.tenants[0].token, 'operation.list', { host: api.hosts[0]!.id })).code).toBe('FORBIDDEN');
    expect(await listed({ error: 'capacity' })).toEqual([failed.id]);
    expect(await listed({ error: 'No HOST' })).toEqual([failed.id]);
    expect(await listed({ error: 'find a HOST' })).toEqual([failed.id]); // the step
    expect(await listed({ error: 'no such words' })).toEqual([]);
    await api.db.operation.update({ where: { id: good.id }, data: { createdAt: new Date(Date.now() - 2 * 60 * 60_000) } });
    expect(await listed({ account, kind: 'instance.deploy', maxAgeMinutes: 60 })).toEqual([failed.id]);
  });

  it('show administrators the hosts by name, and tenants only that there are some', async () => {
    const input = { operationId: good.id };
    const seen = await asAdmin<OperationDetailDto>('operation.get', input);
    expect(seen.attempts.map(({ hostName }) => hostName)).toEqual([api.hosts[0]!.name]);
    const own = (await call(api.url, api.tenants[0].token, 'operation.get', input)).data as OperationDetailDto;
    expect(own.attempts.map(({ hostName }) => hostName)).toEqual([null]);
    expect(seen.input).toEqual({ instanceId: good.resource.id, wantsPassword: true });
  });

  it('know what they waited for and what retried them', async () => {
    const { related } = await asAdmin<OperationDetailDto>('operation.get', { operationId: good.id });
    expect(related.waitsFor.map(({ kind }) => kind)).toEqual(['network.implement']);
    const [implement] = related.waitsFor;
    const { related: other } = await asAdmin<OperationDetailDto>('operation.get', { operationId: implement!.id });
    expect([...other.awaitedBy, ...other.startedBy].map(({ id }) => id)).toContain(good.id);
    const { data } = await call(api.url, api.tenants[0].token, 'operation.retry', { operationId: failed.id });
    await api.finishAll();
    const retry = data as OperationDto;
    expect((await asAdmin<OperationDetailDto>('operation.get', { operationId: retry.id })).related.retryOf.map(({ id }) => id)).toEqual([failed.id]);
    expect((await asAdmin<OperationDetailDto>('operation.get', { operationId: failed.id })).related.retriedBy.map(({ id }) => id)).toEqual([
      retry.id,
    ]);
  });

  it('have a history that is decoded, page by page, and tells no text that a log would not', async () => {
    const events: OperationHistoryDto['events'] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: OperationHistoryDto = await asAdmin('operation.getHistory', { operationId: good.id, ...(cursor && { cursor }) });
      expect(page).toMatchObject({ isGone: false, workflowId: `instance.deploy/${good.id}` });
      events.push(...page.events);
      cursor = page.nextCursor;
    }
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]).toMatchObject({ type: 'WORKFLOW_EXECUTION_STARTED' });
    expect(events.at(-1)).toMatchObject({ type: 'WORKFLOW_EXECUTION_COMPLETED' });
    const text = JSON.stringify(events);
    expect(text).toContain(good.resource.id); // decoded
    expect(text).not.toContain('nephos-aes');
    expect(text).toContain('characters hidden');
  });

  it('whose history Temporal has dropped say so', async () => {
    const { input, ...row } = await api.db.operation.findUniqueOrThrow({ where: { id: failed.id } });
    const dropped = await api.db.operation.create({ data: { ...row, id: newId(), kind: 'instance.stop', input: input ?? {} } });
    expect(await asAdmin('operation.getHistory', { operationId: dropped.id })).toEqual({
      workflowId: `instance.stop/${dropped.id}`,
      isGone: true,
      events: [],
      nextCursor: null,
    });
    await api.db.operation.delete({ where: { id: dropped.id } });
    expect((await call(api.url, api.admin.token, 'operation.getHistory', { operationId: good.id, cursor: 'another' })).code).toBe('BAD_INPUT');
  });
});

describe('the wallboard', () => {
  it('counts what failed by its cause, and finds it again by that', async () => {
    const { failed: causes } = await asAdmin<z.output<typeof operationOverviewDto>>('operation.overview');
    const cause = causes.find(({ code }) => code === 'CAPACITY');
    expect(cause).toMatchObject({ kind: 'instance.deploy', lastOperationId: expect.any(String) });
    const found = await listed({ error: 'CAPACITY', state: ['failed'], kind: cause!.kind, ...(cause!.step && { failedStep: cause!.step }) });
    expect(found).toHaveLength(cause!.count);
    await api.db.operation.updateMany({ where: { state: 'failed' }, data: { endedAt: new Date(Date.now() - 25 * 3_600_000) } });
    expect((await asAdmin<z.output<typeof operationOverviewDto>>('operation.overview')).failed).toEqual([]);
  });

  it('counts what runs, and what waits for an administrator', async () => {
    await api.db.operation.update({ where: { id: failed.id }, data: { state: 'stuck' } });
    const { running } = await asAdmin<z.output<typeof operationOverviewDto>>('operation.overview');
    expect(running).toEqual([{ kind: 'instance.deploy', state: 'stuck', count: 1, oldestAt: failed.createdAt }]);
  });

  it('measures steps', async () => {
    const { items } = await asAdmin<z.output<typeof slowestStepsDto>>('operation.slowestSteps');
    expect(items.length).toBeGreaterThan(3);
    for (const { p50Ms, p95Ms } of items) expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
    expect(items.map(({ p95Ms }) => p95Ms)).toEqual(items.map(({ p95Ms }) => p95Ms).toSorted((a, b) => b - a));
  });
});
