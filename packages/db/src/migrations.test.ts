import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction, type Db } from './database.ts';
import { migrate, schemaAsSql } from './schema-engine.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

interface Column {
  table: string;
  name: string;
  type: string;
  isNullable: string;
  fallback: string | null;
}

/** Tables and columns as PostgreSQL knows them, in one schema. */
function describeColumns(db: Db, schema: string): Promise<Column[]> {
  return db.$queryRaw`
    SELECT table_name AS "table", column_name AS name, udt_name AS type, is_nullable AS "isNullable", replace(column_default, ${`${schema}.`}, '') AS fallback
    FROM information_schema.columns WHERE table_schema = ${schema} AND table_name <> '_prisma_migrations' ORDER BY 1, 2`;
}

/** Indexes that schema.prisma knows; those written by hand have names of their own kind. */
async function describeIndexes(db: Db, schema: string): Promise<string[]> {
  const rows = await db.$queryRaw<
    { name: string; definition: string }[]
  >`SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = ${schema} ORDER BY 1`;
  return rows
    .filter(({ name }) => /_(pkey|key|idx)$/.test(name) && name !== '_prisma_migrations_pkey')
    .map(({ definition }) => definition.replaceAll(`${schema}.`, ''));
}

describe('the migrations', () => {
  it('make what schema.prisma says, in tables, columns and indexes', async () => {
    const { db, url } = database;
    const script = await schemaAsSql(url);
    await db.$executeRawUnsafe('CREATE SCHEMA wanted');
    for (const statement of script
      .replaceAll('"public"', '"wanted"')
      .split(/;\s*\n/)
      .filter((one) => /^\s*(--.*\n|\s)*(CREATE|ALTER)/.test(one) && !/CREATE SCHEMA/.test(one))) {
      await transaction(db, async (tx) => {
        await tx.$executeRawUnsafe('SET LOCAL search_path = wanted');
        await tx.$executeRawUnsafe(statement);
      });
    }
    expect(await describeColumns(db, 'public')).toEqual(await describeColumns(db, 'wanted'));
    expect(await describeIndexes(db, 'public')).toEqual(await describeIndexes(db, 'wanted'));
  });

  it('have nothing to do on a database that has them', async () => {
    expect(await migrate(database.url)).toEqual([]);
  });
});
