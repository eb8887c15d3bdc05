import type { Sample } from '@nephos/contracts/metrics.schema';
import { newId } from '@nephos/model/id';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { makeAccount, makeHost, makeInstance, makeNetwork, makeZone } from '@nephos/testing/factories';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from './database.ts';
import { claimHost } from './host-claim.repo.ts';
import { dropPartitions, FIVE_MINUTES_TIER, HOUR_TIER, makePartitions, SAMPLE_TIER } from './metrics-partition.repo.ts';
import { insertSamples, readMetrics, RESOLUTIONS, rollUp, rolledUpUntil } from './metrics.repo.ts';
import type { Host, Instance } from './prisma.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let database: TestDatabase;
let db: Db;
let host: Host;
let other: Host;
let instance: Instance;
const now = new Date('2027-01-10T12:00:00Z');
const before = (ms: number) => new Date(now.getTime() - ms);

beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
  await makePartitions(db, SAMPLE_TIER, before(3 * DAY_MS), now);
});
afterAll(() => database.close());

beforeEach(async () => {
  const zone = await makeZone(db);
  const account = await makeAccount(db);
  [host, other] = [await makeHost(db, zone), await makeHost(db, zone)];
  const network = await makeNetwork(db, account, zone);
  instance = await makeInstance(db, account, zone, network);
  await claimHost(db, host.id, { resourceId: instance.id, generation: 3, cpuMhz: 100, memoryMib: 64 });
});

const sample = (change: Partial<Sample> = {}): Sample => ({
  instanceId: instance.id,
  generation: 3,
  cpuFraction: 0.5,
  memoryUsedBytes: null,
  memoryResidentBytes: 1024,
  diskReadBytes: 10,
  diskWriteBytes: 20,
  diskReadRequests: 1,
  diskWriteRequests: 2,
  networkInBytes: 100,
  networkOutBytes: 200,
  ...change,
});
const tell = (at: Date, change: Partial<Sample> = {}, { from = host, when = now, watched = [] as string[] } = {}) =>
  insertSamples(db, from.id, [{ at: at.toISOString(), samples: [sample(change)] }], { now: when, watched });
const countSamples = async () => {
  const [row] = await db.$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM metrics.sample WHERE instance_id = ${instance.id}::uuid`;
  return Number(row?.count);
};
/** Past every check of what a host may say. */
const put = (at: Date, cpuFraction: number | null) =>
  db.$executeRaw`INSERT INTO metrics.sample (instance_id, at, cpu_fraction) VALUES (${instance.id}::uuid, ${at}::timestamptz, ${cpuFraction})`;

describe('samples', () => {
  it('are kept once, however often they are told', async () => {
    const at = before(MINUTE_MS);
    expect(await tell(at)).toEqual({ refused: 0 });
    expect(await tell(at, { cpuFraction: 0.9 })).toEqual({ refused: 0 });
    expect(await countSamples()).toBe(1);
    const [point] = await readMetrics(db, { instanceId: instance.id, from: before(HOUR_MS), until: now, ...RESOLUTIONS.hour });
    expect(point).toMatchObject({
      last: at,
      cpuFractionAverage: 0.5,
      cpuFractionMaximum: 0.5,
      memoryUsedBytesAverage: null,
      networkOutBytesAverage: 200,
    });
  });

  it('of a host without the claim are refused, and those beside them are not', async () => {
    expect(await tell(before(1_000), {}, { from: other })).toEqual({ refused: 1 });
    expect(await tell(before(1_000), { generation: 2 })).toEqual({ refused: 1 });
    expect(await tell(before(1_000), { instanceId: newId() })).toEqual({ refused: 1 });
    expect(await countSamples()).toBe(0);
    const samples = [sample(), sample({ instanceId: newId() })];
    expect(await insertSamples(db, host.id, [{ at: before(1_000).toISOString(), samples }], { now })).toEqual({ refused: 1 });
    expect(await countSamples()).toBe(1);
  });

  it('of another time are refused', async () => {
    expect(await tell(before(62 * MINUTE_MS))).toEqual({ refused: 1 });
    expect(await tell(before(-2 * MINUTE_MS))).toEqual({ refused: 1 });
    expect(await tell(before(59 * MINUTE_MS))).toEqual({ refused: 0 });
  });

  it('are a change of those instances alone that somebody watches', async () => {
    const changes = () => db.change.findMany({ where: { resourceType: 'instance-metrics', resourceId: instance.id } });
    await tell(before(2_000));
    expect(await changes()).toEqual([]);
    await tell(before(1_000), {}, { watched: [instance.id] });
    expect(await changes()).toMatchObject([{ accountId: instance.accountId }]);
  });
});

describe('the roll-up', () => {
  const fiveMinutes = () => db.$queryRaw<{ at: Date; samples: number; average: number; maximum: number }[]>`
    SELECT at, samples, cpu_fraction_avg::float8 AS average, cpu_fraction_max::float8 AS maximum FROM metrics.five_minutes
    WHERE instance_id = ${instance.id}::uuid ORDER BY at`;
  const hours = () => db.$queryRaw<{ at: Date; samples: number; average: number; maximum: number }[]>`
    SELECT at, samples, cpu_fraction_avg::float8 AS average, cpu_fraction_max::float8 AS maximum FROM metrics.hour
    WHERE instance_id = ${instance.id}::uuid ORDER BY at`;
  const setDone = (until: Date) => db.$executeRaw`UPDATE metrics.rolled_up SET until = ${until}::timestamptz`;
  const rollUpAll = async (when = now) => {
    let pieces = 1;
    while (!(await rollUp(db, when)).isDone) pieces++;
    return pieces;
  };

  it('makes averages and maxima of what is complete, and the same when it is repeated', async () => {
    await setDone(before(6 * HOUR_MS));
    const start = before(4 * HOUR_MS).getTime();
    for (const [minutes, value] of [
      [0, 0.25],
      [1, 0.75],
      [5, 0.5],
      [59, 1],
    ] as const)
      await put(new Date(start + minutes * MINUTE_MS), value);
    await put(before(30 * MINUTE_MS), 0.1); // not complete: more may come
    await rollUpAll();
    const expected = [
      { at: new Date(start), samples: 2, average: 0.5, maximum: 0.75 },
      { at: new Date(start + 5 * MINUTE_MS), samples: 1, average: 0.5, maximum: 0.5 },
      { at: new Date(start + 55 * MINUTE_MS), samples: 1, average: 1, maximum: 1 },
    ];
    expect(await fiveMinutes()).toEqual(expected);
    expect(await hours()).toEqual([{ at: new Date(start), samples: 4, average: 0.625, maximum: 1 }]);
    await rollUpAll();
    await setDone(before(6 * HOUR_MS)); // as if the note had been lost
    await rollUpAll();
    expect(await fiveMinutes()).toEqual(expected);
    expect(await hours()).toHaveLength(1);
  });

  it('leaves out of an average what was not known', async () => {
    await setDone(before(6 * HOUR_MS));
    const start = before(4 * HOUR_MS).getTime();
    await put(new Date(start), 0.5);
    await put(new Date(start + 6 * MINUTE_MS), null);
    await rollUpAll();
    expect(await hours()).toMatchObject([{ samples: 2, average: 0.5 }]);
  });

  it('catches up in pieces after it was missed, also from two processes at once', async () => {
    await setDone(before(DAY_MS));
    await put(before(20 * HOUR_MS), 0.25);
    await put(before(3 * HOUR_MS), 0.75);
    const [one, two] = await Promise.all([rollUpAll(), rollUpAll()]);
    expect(one + two).toBeGreaterThan(20);
    expect(await hours()).toMatchObject([
      { samples: 1, average: 0.25 },
      { samples: 1, average: 0.75 },
    ]);
    expect(await rolledUpUntil(db, 'five_minutes')).toEqual(before(65 * MINUTE_MS));
  });

  it.each(['hour', 'day', 'week', 'month'] as const)('changes nothing in what is shown of a %s but how fine it is', async (range) => {
    await setDone(before(2 * DAY_MS));
    for (const minutes of [5, 20, 90, 25 * 60]) await put(before(minutes * MINUTE_MS), 0.5);
    const { rangeMs, ...resolution } = RESOLUTIONS[range];
    const read = () => readMetrics(db, { instanceId: instance.id, from: before(rangeMs), until: now, ...resolution });
    const shown = await read();
    await rollUpAll();
    expect((await read()).map(({ bucket, cpuFractionAverage }) => [bucket, cpuFractionAverage])).toEqual(
      shown.map(({ bucket, cpuFractionAverage }) => [bucket, cpuFractionAverage]),
    );
    expect(shown.length).toBeGreaterThan(0);
    expect(rangeMs / RESOLUTIONS[range].stepMs).toBeLessThanOrEqual(400);
  });
});

describe('partitions', () => {
  const partitions = async (table: string) =>
    (
      await db.$queryRaw<{ name: string }[]>`SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
        WHERE inhparent = ${`metrics.${table}`}::regclass ORDER BY 1`
    ).map(({ name }) => name);

  it('are made for each day or month, once, by however many processes', async () => {
    const make = () => makePartitions(db, HOUR_TIER, new Date('2030-11-30T23:00:00Z'), new Date('2031-01-01T00:00:00Z'));
    await Promise.all([make(), make(), make()]);
    expect((await partitions('hour')).filter((name) => /_203[01]_/.test(name))).toEqual(['hour_2030_11', 'hour_2030_12', 'hour_2031_01']);
  });

  it('are dropped when all in them is older than what is kept', async () => {
    await makePartitions(db, FIVE_MINUTES_TIER, new Date('2028-03-01T00:00:00Z'), new Date('2028-03-12T00:00:00Z'));
    const dropped = await dropPartitions(db, FIVE_MINUTES_TIER, new Date('2028-03-11T00:00:01Z'));
    expect(dropped.filter((name) => name.includes('_2028_'))).toEqual(['five_minutes_2028_03_01', 'five_minutes_2028_03_02']);
    expect(await partitions('five_minutes')).toContain('five_minutes_2028_03_03');
    expect(await dropPartitions(db, FIVE_MINUTES_TIER, new Date('2028-03-11T00:00:01Z'))).toEqual([]);
  });

  it('are kept while what is in them is not rolled up', async () => {
    await makePartitions(db, SAMPLE_TIER, new Date('2029-03-01T00:00:00Z'), new Date('2029-03-09T00:00:00Z'));
    await dropPartitions(db, SAMPLE_TIER, new Date('2029-03-09T00:00:00Z'), new Date('2029-03-02T10:00:00Z'));
    expect((await partitions('sample')).filter((name) => name.includes('_2029_'))[0]).toBe('sample_2029_03_02');
  });
});
