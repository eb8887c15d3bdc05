import { openDatabase, type Db } from '@nephos/db/database';
import { migrate } from '@nephos/db/schema-engine';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  db: Db;
  url: string;
  close(): Promise<void>;
}

let count = 0;

/** A database of the test's own, made as a copy of one that was migrated once per run. */
export async function createTestDatabase({ maxConnections = 10 } = {}): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl');
  const name = `test_${process.pid}_${++count}`;
  await onServer(serverUrl, async (server) => {
    await ensureTemplate(server, serverUrl);
    await server.query(`CREATE DATABASE ${name} TEMPLATE nephos_template`);
  });
  const url = urlOf(serverUrl, name);
  const db = openDatabase(url, { maxConnections });
  return {
    db,
    url,
    close: async () => {
      await db.$disconnect();
      await onServer(serverUrl, (server) => server.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** Test files run in several processes; an advisory lock lets one of them migrate. It can't be made as a template before it is whole. */
async function ensureTemplate(server: pg.Client, serverUrl: string): Promise<void> {
  await server.query('SELECT pg_advisory_lock(1)');
  try {
    const { rowCount } = await server.query(`SELECT 1 FROM pg_database WHERE datname = 'nephos_template'`);
    if (rowCount) return;
    await server.query('CREATE DATABASE nephos_making');
    await migrate(urlOf(serverUrl, 'nephos_making'));
    await server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'nephos_making'`);
    await server.query('ALTER DATABASE nephos_making RENAME TO nephos_template');
  } finally {
    await server.query('SELECT pg_advisory_unlock(1)');
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
