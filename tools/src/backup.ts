// `npm run backup -- FILE`: what the control plane keeps, into one file, while it runs.
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDatabase } from '@nephos/db/database';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';
import { CONTROL, DUMP, LEFT_OUT, MANIFEST, postgresEnvironment, postgresTool, sha256Of, type Manifest } from './backup/contents.ts';
import { findRunningCloud } from './run-file.ts';
import { foldersOf, readSettings, type Settings } from './settings.ts';
import { runCommand, say } from './terminal.ts';

await runCommand(async () => {
  const [file, ...rest] = process.argv.slice(2);
  if (!file || file.startsWith('-')) throw new DomainError('BAD_INPUT', 'npm run backup -- FILE');
  const settings = readSettings(rest);
  const databaseUrl = await runningDatabase(settings);
  const folder = await mkdtemp(`${path.resolve(file)}.making-`); // beside it: there must be room for it there anyway
  try {
    await execa(await postgresTool('pg_dump'), ['--format=custom', '--no-owner', `--file=${path.join(folder, DUMP)}`], {
      env: postgresEnvironment(databaseUrl),
    });
    const manifest = await describe(settings, databaseUrl, path.join(folder, DUMP));
    await writeFile(path.join(folder, MANIFEST), JSON.stringify(manifest, null, 2));
    await pack(settings, folder, path.join(folder, 'archive'));
    await rename(path.join(folder, 'archive'), file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  say('backup', `${file}. It holds the keys of all secrets: keep it as you keep those.`);
  return 0;
});

async function runningDatabase({ dataFolder }: Settings): Promise<string> {
  const { runFile, postgresPassword } = foldersOf(dataFolder);
  const cloud = await findRunningCloud(runFile);
  if (!cloud) throw new DomainError('INVALID_STATE', `No cloud runs in ${dataFolder}. A backup is made while it runs: npm start.`);
  return `postgresql://nephos:${(await readFile(postgresPassword, 'utf8')).trim()}@127.0.0.1:${cloud.ports.postgres}/nephos`;
}

async function describe({ dataFolder }: Settings, databaseUrl: string, dump: string): Promise<Manifest> {
  const db = openDatabase(databaseUrl, { maxConnections: 1 });
  try {
    const [newest] = await db.$queryRaw<
      { name: string }[]
    >`SELECT migration_name AS name FROM _prisma_migrations ORDER BY migration_name DESC LIMIT 1`;
    return {
      format: 1,
      createdAt: new Date().toISOString(),
      migration: newest?.name ?? '',
      controlFolder: foldersOf(dataFolder).control,
      dumpSha256: await sha256Of(dump),
    };
  } finally {
    await db.$disconnect();
  }
}

/** After the dump: an image that a template in it speaks of is whole by now. */
async function pack({ dataFolder }: Settings, folder: string, archive: string): Promise<void> {
  const left = LEFT_OUT.map((name) => `--exclude=${CONTROL}/${name}`);
  const { control } = foldersOf(dataFolder);
  await writeFile(archive, '', { mode: 0o600 }); // before there is anything in it
  await execa('tar', ['-czf', archive, ...left, '-C', folder, MANIFEST, DUMP, '-C', path.dirname(control), CONTROL], {
    // GNU tar ends with 1 when a file changed while it was read: an upload that goes on, of which the dump says nothing.
    reject: false,
  }).then(({ exitCode, stderr }) => {
    if (exitCode !== 0 && exitCode !== 1) throw new DomainError('UNEXPECTED', `tar could not write the archive: ${stderr}`);
  });
}
