import type { OperationDetailDto, OperationDto } from '@nephos/contracts/operation.schema';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../http-call.arrange.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
});
afterEach(() => api.faults.reset());
afterAll(() => api.close());

/** A deploy whose start failed, and whose undo can't finish. */
async function makeStuck(name: string): Promise<string> {
  api.faults.set('ensureInstance', 'fail');
  api.faults.set('removeInstance', 'fail');
  const input = { zoneId: api.zone.id, name, templateId: api.template.id, computeOfferingId: api.offering.id };
  const { data } = await call(api.url, api.tenants[0].token, 'instance.deploy', input);
  const [operation] = data as [OperationDto];
  await untilState(operation.id, 'stuck');
  return operation.id;
}
const detailOf = async (operationId: string) => (await call(api.url, api.admin.token, 'operation.get', { operationId })).data as OperationDetailDto;
const untilState = (operationId: string, state: string) =>
  expect.poll(async () => (await detailOf(operationId)).state, { timeout: 20_000 }).toBe(state);
const eventsOf = (operationId: string) => api.db.event.findMany({ where: { operationId, resourceType: 'operation' }, orderBy: { createdAt: 'asc' } });

describe('a stuck operation', () => {
  it('is retried by an administrator, is stuck again while the cause is there, and ends when it is gone', async () => {
    const operationId = await makeStuck('again');
    expect((await detailOf(operationId)).can).toEqual({ cancel: false, retry: false, resolve: true });
    const stuckSteps = async () => (await detailOf(operationId)).steps.filter(({ name }) => name === 'undo: start the guest').length;
    await call(api.url, api.admin.token, 'operation.retryStuck', { operationId });
    await expect.poll(stuckSteps, { timeout: 20_000 }).toBe(2);
    await untilState(operationId, 'stuck');
    api.faults.reset();
    await call(api.url, api.admin.token, 'operation.retryStuck', { operationId });
    await untilState(operationId, 'failed');
    expect((await eventsOf(operationId)).map(({ kind, actorUserId }) => [kind, actorUserId])).toEqual([
      ['operation.step-retried', api.admin.actor.userId],
      ['operation.step-retried', api.admin.actor.userId],
    ]);
  });

  it('goes on without the step for a reason, which is kept with who gave it', async () => {
    const operationId = await makeStuck('without');
    expect((await call(api.url, api.admin.token, 'operation.resolveStuck', { operationId, reason: ' ' })).code).toBe('BAD_INPUT');
    await call(api.url, api.admin.token, 'operation.resolveStuck', { operationId, reason: 'Removed by hand' });
    await untilState(operationId, 'failed');
    expect(await eventsOf(operationId)).toMatchObject([
      { kind: 'operation.step-resolved', actorUserId: api.admin.actor.userId, message: expect.stringContaining('Removed by hand') },
    ]);
    expect((await call(api.url, api.admin.token, 'operation.resolveStuck', { operationId, reason: 'Once more' })).code).toBe('INVALID_STATE');
  });

  it('is not for its tenant to answer', async () => {
    const operationId = await makeStuck('theirs');
    const asked = await call(api.url, api.tenants[0].token, 'operation.get', { operationId });
    expect((asked.data as OperationDetailDto).can.resolve).toBe(false);
    for (const procedure of ['operation.retryStuck', 'operation.resolveStuck'])
      expect((await call(api.url, api.tenants[0].token, procedure, { operationId, reason: 'because' })).code).toBe('FORBIDDEN');
    expect(await eventsOf(operationId)).toEqual([]);
  });
});
