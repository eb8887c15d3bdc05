import type { Tx } from './database.ts';
import { Prisma } from './prisma.ts';

const TABLES = {
  account: Prisma.sql`account`,
  cluster: Prisma.sql`cluster`,
  host: Prisma.sql`host`,
  network: Prisma.sql`network`,
  pod: Prisma.sql`pod`,
  user: Prisma.sql`"user"`,
  zone: Prisma.sql`zone`,
} as const;
type Named = keyof typeof TABLES;

/** What things are called, by their ids: one query for all that a page of a list names. Null ids are left out. */
export async function findNames(tx: Tx, wanted: Partial<Record<Named, readonly (string | null)[]>>): Promise<ReadonlyMap<string, string>> {
  const queries = NAMED.flatMap((kind) => {
    const ids = [...new Set(wanted[kind])].filter((id) => id !== null);
    return ids.length === 0 ? [] : [Prisma.sql`SELECT id, name FROM ${TABLES[kind]} WHERE id = ANY (${ids}::uuid[])`];
  });
  if (queries.length === 0) return new Map();
  const rows = await tx.$queryRaw<{ id: string; name: string }[]>(Prisma.join(queries, ' UNION ALL '));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

const NAMED = Object.keys(TABLES).filter((name): name is Named => Object.hasOwn(TABLES, name));
