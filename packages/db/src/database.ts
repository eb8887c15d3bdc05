import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient, type Prisma } from './prisma.ts';

export type Db = PrismaClient;
export type Tx = Prisma.TransactionClient;

/** Opens a pool of connections. `maxConnections` is per process; close with `$disconnect()`. */
export function openDatabase(url: string, { maxConnections = 10 } = {}): Db {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: maxConnections }) });
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
