import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { findPostgres } from '@nephos/embedded/postgres-binaries';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';

/** In the archive: this, the database as PostgreSQL's own dump, and `control` with keys, certificates and the image store. */
export const MANIFEST = 'manifest.json';
export const DUMP = 'database.dump';
export const CONTROL = 'control';
/** Belongs to the machine and not to the cloud. */
export const LEFT_OUT = ['postgres-password', 'hosts.json'];

export const manifestSchema = z.object({
  format: z.literal(1),
  createdAt: z.iso.datetime(),
  /** The newest that the database has; who restores must know it. */
  migration: z.string(),
  /** Where image stores of the control plane's own were. */
  controlFolder: z.string(),
  /** SHA-256 of the dump: an archive that was cut short, or changed, is refused before anything is made. */
  dumpSha256: z.string(),
});
export type Manifest = z.output<typeof manifestSchema>;

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part);
  return hash.digest('hex');
}

/** One of PostgreSQL's programs for whole databases, which lie beside its server where a distribution brought it. */
export async function postgresTool(name: 'pg_dump' | 'pg_restore'): Promise<string> {
  const { postgres, origin } = await findPostgres();
  const file = path.join(path.dirname(postgres), name);
  await access(file).catch((cause: unknown) => {
    throw new DomainError('UNSUPPORTED', `${origin} comes without ${name}. Install PostgreSQL from your distribution.`, {}, { cause });
  });
  return file;
}

/** For PostgreSQL's programs: an address among the arguments would show the password to everybody on the machine. */
export function postgresEnvironment(databaseUrl: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  return { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) };
}
