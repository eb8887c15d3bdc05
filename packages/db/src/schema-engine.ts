import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

// Prisma's own migration engine as WebAssembly: the command line tool would fetch a binary from the internet first.
// It reads and writes the same `_prisma_migrations`, so `prisma migrate deploy` works on the same folder too.

const prismaFolder = fileURLToPath(new URL('../prisma', import.meta.url));
const schemaPath = path.join(prismaFolder, 'schema.prisma');
const migrationsFolder = path.join(prismaFolder, 'migrations');
const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Prisma's adapter cuts a script at every semicolon, also inside a function's body. PostgreSQL takes a script whole,
 * and then runs it as one transaction: a migration applies or it doesn't.
 */
class WholeScriptPg extends PrismaPg {
  readonly #url: string;

  constructor(config: { connectionString: string }) {
    super(config);
    this.#url = config.connectionString;
  }

  override async connect() {
    const adapter = await super.connect();
    adapter.executeScript = async (script) => {
      const client = new pg.Client({ connectionString: this.#url });
      await client.connect();
      try {
        await client.query(script);
      } finally {
        await client.end();
      }
    };
    return adapter;
  }
}

let loaded = false;
function loadEngine(): void {
  if (loaded) return;
  const wasm = fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm')).replace('schema_engine.js', 'schema_engine_bg.wasm');
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasm)), { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') start();
  loaded = true;
}

async function openEngine(databaseUrl: string) {
  loadEngine();
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScriptPg({ connectionString: databaseUrl }));
  return glue.SchemaEngine.new({ datamodels: [[schemaPath, readFileSync(schemaPath, 'utf8')]] }, () => undefined, adapter);
}

function listMigrations() {
  const names = existsSync(migrationsFolder)
    ? readdirSync(migrationsFolder)
        .filter((name) => !name.endsWith('.toml'))
        .sort()
    : [];
  return {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: readFileSync(path.join(migrationsFolder, name, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

/** Applies what the database has not seen yet; answers the names of the migrations it applied. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const engine = await openEngine(databaseUrl);
  const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: listMigrations(), filters: NO_FILTERS });
  return appliedMigrationNames;
}

/** The SQL that makes an empty database what schema.prisma says. */
export async function schemaAsSql(databaseUrl: string): Promise<string> {
  const engine = await openEngine(databaseUrl);
  const files = [{ path: schemaPath, content: readFileSync(schemaPath, 'utf8') }];
  const result = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: NO_FILTERS,
  });
  return result.stdout ?? '';
}
