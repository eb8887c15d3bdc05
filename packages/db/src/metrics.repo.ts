import type { Reading } from '@nephos/contracts/metrics.schema';
import { METRICS, SAMPLE_AHEAD_MS, SAMPLES_COMPLETE_AFTER_MS, SAMPLES_KEPT_MS, type Metric, type MetricRange } from '@nephos/model/metrics';
import type { Db } from './database.ts';
import { FIVE_MINUTES_TIER, HOUR_TIER, makePartitions, type Tier } from './metrics-partition.repo.ts';
import { transaction } from './database.ts';
import { Prisma } from './prisma.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const columnOf = (metric: Metric) => metric.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** The same piece of SQL for each metric, with commas. Only names of ours get into it. */
const forEachColumn = (write: (column: string, metric: Metric) => string) =>
  Prisma.raw(METRICS.map((metric) => write(columnOf(metric), metric)).join(', '));

const SAMPLE_COLUMNS = forEachColumn((column) => column);
const SUM_COLUMNS = forEachColumn((column) => `${column}_avg, ${column}_max`);

/**
 * Takes what a host says of its guests: of those it holds the claim for, and of times near now. Answers how many samples were of
 * others. Repeating it changes nothing. Whose charts are being `watched` gets a change, by which pages know.
 */
export async function insertSamples(
  db: Db,
  hostId: string,
  readings: readonly Reading[],
  { watched = [], now = new Date() }: { watched?: readonly string[]; now?: Date } = {},
): Promise<{ refused: number }> {
  const told = readings.flatMap(({ at, samples }) => samples.map((sample) => ({ at, ...sample })));
  const [counts] = await db.$queryRaw<{ known: bigint }[]>`
    WITH told AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(told)}::json)
        AS (at timestamptz, "instanceId" uuid, generation int, ${forEachColumn((_, metric) => `"${metric}" float8`)})
    ), known AS (
      SELECT told.*, instance.account_id FROM told
      JOIN host_allocation ON host_allocation.resource_id = told."instanceId" AND host_allocation.host_id = ${hostId}::uuid
        AND host_allocation.generation = told.generation
      JOIN instance ON instance.id = told."instanceId"
      WHERE told.at BETWEEN ${earliest(now)}::timestamptz AND ${new Date(now.getTime() + SAMPLE_AHEAD_MS)}::timestamptz
    ), kept AS (
      INSERT INTO metrics.sample (instance_id, at, ${SAMPLE_COLUMNS})
      SELECT "instanceId", at, ${forEachColumn((_, metric) => `"${metric}"`)} FROM known ON CONFLICT DO NOTHING RETURNING instance_id
    ), noted AS (
      SELECT note_change('instance-metrics', "instanceId", account_id, 'insert') FROM (SELECT DISTINCT "instanceId", account_id FROM known) AS one
      WHERE "instanceId" = ANY (${[...watched]}::uuid[])
    )
    SELECT (SELECT count(*) FROM known) AS known, (SELECT count(*) FROM noted) AS noted`;
  return { refused: told.length - Number(counts?.known ?? 0) };
}

/** What an agent kept while it could not send is taken, with a minute for its way. */
function earliest(now: Date): Date {
  return new Date(now.getTime() - SAMPLES_KEPT_MS - MINUTE_MS);
}

interface Step {
  tier: Tier;
  name: 'five_minutes' | 'hour';
  everyMs: number;
  /** At once, so that a statement stays short also for many instances (measured: 0.4 s for an hour of 1,000). */
  atOnceMs: number;
}
const FIVE_MINUTES: Step = { tier: FIVE_MINUTES_TIER, name: 'five_minutes', everyMs: 5 * MINUTE_MS, atOnceMs: 15 * MINUTE_MS };
const HOURS: Step = { tier: HOUR_TIER, name: 'hour', everyMs: HOUR_MS, atOnceMs: 6 * HOUR_MS };

/**
 * Sums up what is complete: samples to five minutes, those to hours. Goes on from where it was, a piece at a time; `isDone` says
 * that nothing is left now. A piece and the note that it was done are one transaction: repeated or missed, it comes out the same.
 */
export async function rollUp(db: Db, now: Date): Promise<{ isDone: boolean }> {
  const samplesUntil = now.getTime() - SAMPLES_COMPLETE_AFTER_MS;
  const areSamplesDone = await rollUpPiece(db, FIVE_MINUTES, samplesUntil);
  const areHoursDone = await rollUpPiece(db, HOURS, (await rolledUpUntil(db, 'five_minutes')).getTime());
  return { isDone: areSamplesDone && areHoursDone };
}

/** Up to where everything is summed up. */
export async function rolledUpUntil(db: Db, name: Step['name']): Promise<Date> {
  const [row] = await db.$queryRaw<{ until: Date }[]>`SELECT until FROM metrics.rolled_up WHERE tier = ${name}`;
  return row?.until ?? new Date(0);
}

async function rollUpPiece(db: Db, step: Step, untilMs: number): Promise<boolean> {
  const goal = Math.floor(untilMs / step.everyMs) * step.everyMs;
  const seen = (await rolledUpUntil(db, step.name)).getTime();
  if (seen >= goal) return true;
  await makePartitions(db, step.tier, new Date(seen), new Date(seen + step.atOnceMs));
  return transaction(db, async (tx) => {
    const [row] = await tx.$queryRaw<{ until: Date }[]>`SELECT until FROM metrics.rolled_up WHERE tier = ${step.name} FOR UPDATE`;
    const from = row?.until.getTime() ?? goal;
    if (from !== seen) return from >= goal; // another one was here
    const until = Math.min(goal, from + step.atOnceMs);
    await tx.$executeRaw(step.name === 'hour' ? hoursOf(new Date(from), new Date(until)) : fiveMinutesOf(new Date(from), new Date(until)));
    await tx.$executeRaw`UPDATE metrics.rolled_up SET until = ${new Date(until)}::timestamptz WHERE tier = ${step.name}`;
    return until >= goal;
  });
}

function fiveMinutesOf(from: Date, until: Date): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO metrics.five_minutes (instance_id, at, samples, ${SUM_COLUMNS})
    SELECT instance_id, date_bin('5 minutes', at, 'epoch'), count(*), ${forEachColumn((column) => `avg(${column}), max(${column})`)}
    FROM metrics.sample WHERE at >= ${from}::timestamptz AND at < ${until}::timestamptz GROUP BY 1, 2 ON CONFLICT DO NOTHING`;
}

function hoursOf(from: Date, until: Date): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO metrics.hour (instance_id, at, samples, ${SUM_COLUMNS})
    SELECT instance_id, date_bin('1 hour', at, 'epoch'), sum(samples), ${forEachColumn((column) => `${averageOf(column)}, max(${column}_max)`)}
    FROM metrics.five_minutes WHERE at >= ${from}::timestamptz AND at < ${until}::timestamptz GROUP BY 1, 2 ON CONFLICT DO NOTHING`;
}

/** Of averages, each of as many samples as it stands for; what isn't known doesn't count. */
function averageOf(column: string): string {
  return `sum(${column}_avg::float8 * samples) / sum(samples) FILTER (WHERE ${column}_avg IS NOT NULL)`;
}

interface Resolution {
  rangeMs: number;
  /** What is put together to one point. */
  stepMs: number;
  /** Whether hours are fine enough. */
  takesHours: boolean;
}

/** At most 400 points each. */
export const RESOLUTIONS: Record<MetricRange, Resolution> = {
  hour: { rangeMs: HOUR_MS, stepMs: 10_000, takesHours: false }, // finer than samples come: they stay as they are
  day: { rangeMs: DAY_MS, stepMs: 5 * MINUTE_MS, takesHours: false },
  week: { rangeMs: 7 * DAY_MS, stepMs: 30 * MINUTE_MS, takesHours: false },
  month: { rangeMs: 31 * DAY_MS, stepMs: 2 * HOUR_MS, takesHours: true },
};

/** One point; what isn't known is null. */
export type MetricPoint = { bucket: Date; last: Date } & { [name in `${Metric}${'Average' | 'Maximum'}`]: number | null };

/** The points of an instance from `from` to `until`, oldest first, each in its bucket of `stepMs`; buckets without any are left out. */
export async function readMetrics(
  db: Db,
  { instanceId, from, until, stepMs, takesHours }: { instanceId: string; from: Date; until: Date; stepMs: number; takesHours: boolean },
): Promise<MetricPoint[]> {
  return db.$queryRaw<MetricPoint[]>`
    WITH done AS (
      SELECT max(until) FILTER (WHERE tier = 'five_minutes') AS minutes,
        CASE WHEN ${takesHours} THEN max(until) FILTER (WHERE tier = 'hour') ELSE '-infinity' END AS hours
      FROM metrics.rolled_up
    ), point AS (
      SELECT at, 1 AS samples, ${forEachColumn((column) => `${column} AS ${column}_avg, ${column} AS ${column}_max`)} FROM metrics.sample
      WHERE instance_id = ${instanceId}::uuid AND at >= greatest(${from}::timestamptz, (SELECT minutes FROM done)) AND at <= ${until}::timestamptz
      UNION ALL
      SELECT at, samples, ${SUM_COLUMNS} FROM metrics.five_minutes
      WHERE instance_id = ${instanceId}::uuid AND at >= greatest(${from}::timestamptz, (SELECT hours FROM done)) AND at < (SELECT minutes FROM done)
      UNION ALL
      SELECT at, samples, ${SUM_COLUMNS} FROM metrics.hour
      WHERE instance_id = ${instanceId}::uuid AND at >= ${from}::timestamptz AND at < (SELECT hours FROM done)
    )
    SELECT date_bin(${stepMs} * interval '1 millisecond', at, 'epoch') AS bucket, max(at) AS last,
      ${forEachColumn((column, metric) => `${averageOf(column)} AS "${metric}Average", max(${column}_max)::float8 AS "${metric}Maximum"`)}
    FROM point GROUP BY bucket ORDER BY bucket`;
}
