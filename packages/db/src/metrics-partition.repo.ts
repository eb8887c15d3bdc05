import { transaction, type Db, type Tx } from './database.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface Tier {
  table: 'sample' | 'five_minutes' | 'hour';
  /** Of one partition. */
  partition: 'day' | 'month';
  keptMs: number;
}

/** As they come; in five minutes, a little longer than the week that is shown of them; in hours, for more than a year. */
export const SAMPLE_TIER: Tier = { table: 'sample', partition: 'day', keptMs: 2 * DAY_MS };
export const FIVE_MINUTES_TIER: Tier = { table: 'five_minutes', partition: 'day', keptMs: 8 * DAY_MS };
export const HOUR_TIER: Tier = { table: 'hour', partition: 'month', keptMs: 400 * DAY_MS };
export const TIERS = [SAMPLE_TIER, FIVE_MINUTES_TIER, HOUR_TIER] as const;

interface Partition {
  name: string;
  from: Date;
  /** Not with it. */
  until: Date;
}

/** Makes sure that every time from `from` to `until` has its partition. Several processes may ask at once. */
export async function makePartitions(db: Db, tier: Tier, from: Date, until: Date): Promise<void> {
  const wanted = partitionsOver(tier, from, until);
  if ((await missing(db, wanted)).length === 0) return;
  await transaction(db, async (tx) => {
    await tx.$executeRaw`SET LOCAL lock_timeout = '3s'`; // as below; a backup may hold its locks for hours
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('metrics partitions'))`;
    for (const { name, from: first, until: end } of await missing(tx, wanted)) {
      // A name and two times of ours; a statement like this takes no parameters.
      await tx.$executeRawUnsafe(
        `CREATE TABLE metrics.${name} PARTITION OF metrics.${tier.table} FOR VALUES FROM ('${first.toISOString()}') TO ('${end.toISOString()}')`,
      );
    }
  });
}

/** Drops the partitions that are older than what is kept, and nothing from `except` on. Answers their names. */
export async function dropPartitions(db: Db, tier: Tier, now: Date, except: Date = now): Promise<string[]> {
  const before = Math.min(now.getTime() - tier.keptMs, except.getTime());
  const rows = await db.$queryRaw<{ name: string }[]>`
    SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = ${`metrics.${tier.table}`}::regclass ORDER BY 1`;
  const old = rows.map(({ name }) => name).filter((name) => endOf(tier, name) <= before);
  for (const name of old) {
    await transaction(db, async (tx) => {
      await tx.$executeRaw`SET LOCAL lock_timeout = '3s'`; // readers wait behind us while we wait: rather the next time
      await tx.$executeRawUnsafe(`DROP TABLE IF EXISTS metrics.${name}`);
    });
  }
  return old;
}

async function missing(tx: Tx, wanted: readonly Partition[]): Promise<Partition[]> {
  const names = wanted.map(({ name }) => name);
  const rows = await tx.$queryRaw<{ name: string }[]>`SELECT relname AS name FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = 'metrics' AND relname = ANY (${names})`;
  const there = new Set(rows.map(({ name }) => name));
  return wanted.filter(({ name }) => !there.has(name));
}

function partitionsOver(tier: Tier, from: Date, until: Date): Partition[] {
  const partitions: Partition[] = [];
  for (let first = startOf(tier, from); first <= until; first = nextAfter(tier, first)) {
    const day = first.toISOString().slice(0, tier.partition === 'day' ? 10 : 7);
    partitions.push({ name: `${tier.table}_${day.replaceAll('-', '_')}`, from: first, until: nextAfter(tier, first) });
  }
  return partitions;
}

/** By UTC, whatever the time zone of a process or the database. */
function startOf({ partition }: Tier, time: Date): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), partition === 'day' ? time.getUTCDate() : 1));
}

function nextAfter({ partition }: Tier, first: Date): Date {
  const [day, month] = partition === 'day' ? [1, 0] : [0, 1];
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, first.getUTCDate() + day));
}

function endOf(tier: Tier, name: string): number {
  const [year = 0, month = 1, day = 1] = name
    .slice(tier.table.length + 1)
    .split('_')
    .map(Number);
  return nextAfter(tier, new Date(Date.UTC(year, month - 1, day))).getTime();
}
