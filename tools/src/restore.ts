// `npm run restore -- FILE [--yes]`: a control plane from a backup, on this machine, in an empty NEPHOS_DATA. Then `npm start` goes on.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { openDatabase, transaction } from '@nephos/db/database';
import { settleAfterRestore } from '@nephos/db/restore.repo';
import { assertPortFree } from '@nephos/embedded/port';
import { ensureDatabase, startPostgres } from '@nephos/embedded/postgres';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';
import { CONTROL, DUMP, MANIFEST, manifestSchema, postgresEnvironment, postgresTool, sha256Of, type Manifest } from './backup/contents.ts';
import { elsewhereFolder, foldersOf, makeDataFolder, postgresFolder, readSettings, type Settings } from './settings.ts';
import { confirm, ROOT, runCommand, say } from './terminal.ts';

await runCommand(async () => {
  const [file, ...rest] = process.argv.slice(2);
  if (!file || file.startsWith('-')) throw new DomainError('BAD_INPUT', 'npm run restore -- FILE [--yes]');
  const settings = readSettings(rest);
  const { dataFolder } = settings;
  refuseExisting(dataFolder);
  await makeDataFolder(dataFolder);
  const folder = await mkdtemp(path.join(dataFolder, 'restoring-'));
  try {
    const manifest = await unpack(file, folder);
    if (!settings.isAgreed && !(await confirm(`Restore the cloud of ${manifest.createdAt} into ${dataFolder}? What happened since is not in it.`)))
      return 1;
    await rename(path.join(folder, CONTROL), foldersOf(dataFolder).control);
    await restoreDatabase(settings, manifest, path.join(folder, DUMP));
  } catch (error) {
    await removeWhatWasMade(dataFolder);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  say('restore', `the cloud of the backup is in ${dataFolder}. npm start goes on with it; then nephos doctor says what is missing.`);
  return 0;
});

function refuseExisting(dataFolder: string): void {
  const { control } = foldersOf(dataFolder);
  const found = [control, path.join(dataFolder, 'postgres'), elsewhereFolder(dataFolder)].find((folder) => existsSync(folder));
  if (found)
    throw new DomainError(
      'INVALID_STATE',
      `There is a cloud already: ${found}. Restore into another folder (NEPHOS_DATA), or first delete it: npm run reset.`,
    );
}

async function removeWhatWasMade(dataFolder: string): Promise<void> {
  for (const folder of [foldersOf(dataFolder).control, path.join(dataFolder, 'postgres'), elsewhereFolder(dataFolder)])
    await rm(folder, { recursive: true, force: true });
}

async function unpack(file: string, folder: string): Promise<Manifest> {
  const { failed, stderr } = await execa('tar', ['-xzf', file, '-C', folder], { reject: false });
  if (failed) throw new DomainError('BAD_INPUT', `${file} is no backup, or is damaged: ${stderr.split('\n')[0]}`);
  const manifest = manifestSchema.safeParse(JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8').catch(() => '{}'))).data;
  if (!manifest) throw new DomainError('BAD_INPUT', `${file} is no backup of a cloud.`);
  if ((await sha256Of(path.join(folder, DUMP))) !== manifest.dumpSha256)
    throw new DomainError('CHECKSUM_MISMATCH', `The database in ${file} is not what was backed up.`);
  if (!existsSync(path.join(ROOT, 'packages/db/prisma/migrations', manifest.migration)))
    throw new DomainError(
      'UNSUPPORTED',
      `The backup is of a newer version than this one: it has ${manifest.migration}. Restore it with that version.`,
    );
  return manifest;
}

async function restoreDatabase({ dataFolder, postgresPort }: Settings, { controlFolder }: Manifest, dump: string): Promise<void> {
  await assertPortFree(postgresPort, 'PostgreSQL', 'NEPHOS_POSTGRES_PORT');
  const folders = foldersOf(dataFolder);
  const dataDir = await postgresFolder(dataFolder);
  const postgres = await startPostgres({ dataDir, port: postgresPort, use: { kind: 'kept', passwordFile: folders.postgresPassword } });
  try {
    const databaseUrl = await ensureDatabase(postgres.adminUrl, 'nephos');
    await execa(await postgresTool('pg_restore'), ['--exit-on-error', '--single-transaction', '--no-owner', '--dbname=nephos', dump], {
      env: postgresEnvironment(databaseUrl),
    });
    const db = openDatabase(databaseUrl, { maxConnections: 1 });
    try {
      const images = { imagesWere: path.join(controlFolder, 'images'), imagesAre: path.join(folders.control, 'images') };
      const { endedOperations } = await transaction(db, (tx) => settleAfterRestore(tx, images));
      say('restore', `${endedOperations} operations went on when the backup was made; they have failed, and what they left will be put in order`);
    } finally {
      await db.$disconnect();
    }
  } finally {
    await postgres.stop();
  }
}
