import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient, type Prisma } from './prisma.ts';

export type Db = PrismaClient;
export type Tx = Prisma.TransactionClient;

const IDLE_CONNECTION_MS = 5 * 60_000; // the sweep comes every ten seconds, and a new connection costs some ms of CPU on either side
const PREPARED_MAX = 200;

/** Opens a pool of connections. `maxConnections` is per process; close with `$disconnect()`. */
export function openDatabase(url: string, { maxConnections = 10 } = {}): Db {
  const pool = { connectionString: url, max: maxConnections, idleTimeoutMillis: IDLE_CONNECTION_MS };
  return new PrismaClient({ adapter: new PrismaPg(pool, { statementNameGenerator: createStatementNames() }) });
}

/**
 * Statements with a name are parsed once per connection; that is a third of PostgreSQL's time (docs/performance.md). Lists in
 * conditions make ever new texts, so only so many get one: each is kept by every connection.
 */
function createStatementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    if (!names.has(sql) && names.size < PREPARED_MAX) names.set(sql, `nephos_${names.size}`);
    return names.get(sql) ?? ''; // PostgreSQL's unnamed statement
  };
}

const TRANSACTION = { maxWait: 10_000, timeout: 15_000 };
const RETRIED = new Set(['P2034']); // write conflict or deadlock: nothing was kept, so it can run again

/** Runs `work` in one transaction (read committed), and again up to three times when PostgreSQL broke a deadlock with it. */
export async function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.$transaction(work, TRANSACTION);
    } catch (error) {
      if (attempt >= 3 || !isPrismaError(error) || !RETRIED.has(error.code)) throw error;
    }
  }
}

export function isPrismaError(error: unknown): error is { code: string; meta?: Record<string, unknown> } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^P\d{4}$/.test(error.code);
}

/** A unique constraint refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return isPrismaError(error) && error.code === 'P2002';
}
