import { Client, Connection } from '@temporalio/client';
import { newId } from '@nephos/model/id';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { countPollers, lastRunOf } from './worker-health.ts';

let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
  client = new Client({ connection });
});
afterAll(() => connection.close());

describe('the last run of a schedule', () => {
  it('is not known of one that is not there or paused, and of a new one when it was made', async () => {
    const scheduleId = `schedule.${newId()}`;
    expect(await lastRunOf(client, scheduleId)).toBeUndefined();
    const action = { type: 'startWorkflow', workflowType: 'nothing', taskQueue: `nobody.${newId()}`, workflowExecutionTimeout: '1s' } as const;
    const handle = await client.schedule.create({ scheduleId, spec: {}, action });
    try {
      const made = await lastRunOf(client, scheduleId);
      expect(made).toBeInstanceOf(Date);
      await handle.trigger();
      await expect
        .poll(async () => (await lastRunOf(client, scheduleId))?.getTime(), { timeout: 10_000 })
        .toBeGreaterThan(made?.getTime() ?? Infinity);
      await handle.pause();
      expect(await lastRunOf(client, scheduleId)).toBeUndefined();
    } finally {
      await handle.delete();
    }
  });
});

describe('the workers of a queue', () => {
  it('are none where nobody asks', async () => {
    expect(await countPollers(client, `nobody.${newId()}`, 'activities')).toBe(0);
  });
});
