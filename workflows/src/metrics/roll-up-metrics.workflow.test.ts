import { makePartitions, SAMPLE_TIER } from '@nephos/db/metrics-partition.repo';
import { rolledUpUntil } from '@nephos/db/metrics.repo';
import { newId } from '@nephos/model/id';
import { createWorld, type World } from '@nephos/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const HOUR_MS = 60 * 60_000;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS);

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const run = () =>
  world.client.workflow.execute('rollUpMetrics', { workflowId: `metrics-rollup/${newId()}`, taskQueue: world.controlQueue, args: [] });
const partitions = () =>
  world.db.$queryRaw<{ name: string }[]>`SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'metrics.sample'::regclass ORDER BY 1`;

describe('the roll-up of metrics', () => {
  it('catches up after days without it, then drops what it no longer needs, and has nothing to do the next time', async () => {
    const { db } = world;
    const instanceId = newId();
    await makePartitions(db, SAMPLE_TIER, hoursAgo(24 * 5), hoursAgo(0));
    for (const hours of [24 * 4, 50, 3])
      await db.$executeRaw`INSERT INTO metrics.sample (instance_id, at, cpu_fraction) VALUES (${instanceId}::uuid, ${hoursAgo(hours)}::timestamptz, 0.5)`;
    await db.$executeRaw`UPDATE metrics.rolled_up SET until = ${hoursAgo(24 * 5)}::timestamptz`;
    const before = await partitions();
    await run();
    expect((await partitions()).length, 'nothing is dropped that was not rolled up').toBeGreaterThan(3);
    for (let runs = 0; runs < 3; runs++) await run();
    const hours = await db.$queryRaw`SELECT 1 FROM metrics.hour WHERE instance_id = ${instanceId}::uuid`;
    expect(hours).toHaveLength(3);
    const after = await partitions();
    expect(after.length).toBeLessThan(before.length);
    expect(after.length).toBeGreaterThanOrEqual(3);
    const until = await rolledUpUntil(db, 'five_minutes');
    expect(Date.now() - until.getTime()).toBeLessThan(71 * 60_000);
    await run();
    expect(await partitions()).toEqual(after);
  });
});
