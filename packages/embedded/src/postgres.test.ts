import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished, describe, expect, it } from 'vitest';
import pg from 'pg';
import { freePort } from './port.ts';
import { endLeftoverPostmaster, ensureDatabase, planPostgres, startPostgres } from './postgres.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), `nephos-postgres-test-${process.pid}-`));
  await chmod(made, 0o711);
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('keeps its data over a restart, behind a password', async () => {
    const parent = await folder();
    const passwordFile = path.join(parent, 'password');
    const options = { dataDir: path.join(parent, 'data'), port: await freePort(), use: { kind: 'kept', passwordFile } } as const;

    const first = await startPostgres(options);
    const url = await ensureDatabase(first.adminUrl, 'cloud');
    await ask(url, 'create table kept as select 42 as answer');
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect((await stat(passwordFile)).mode & 0o777).toBe(0o600);
    await first.stop();

    const second = await startPostgres(options);
    onTestFinished(() => second.stop());
    expect(await ensureDatabase(second.adminUrl, 'cloud')).toBe(url);
    expect(await ask(url, 'select answer from kept')).toBe(42);
  });

  it('takes over from a postmaster that outlived its maker', async () => {
    const parent = await folder();
    const options = { dataDir: path.join(parent, 'data'), port: await freePort(), use: { kind: 'throw-away' } } as const;
    const { spec } = await planPostgres(options);
    const [program = '', ...args] = spec.argv;
    const orphan = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...spec.user });
    const orphanEnded = once(orphan, 'exit');
    for await (const chunk of orphan.stderr) if (String(chunk).includes('ready to accept')) break;

    const second = await startPostgres(options);
    onTestFinished(() => second.stop());
    await orphanEnded;
    expect(await ask(second.adminUrl, 'select 1')).toBe(1);
  });
});

describe('endLeftoverPostmaster', () => {
  it('leaves a process alone that only has the recorded number', async () => {
    const parent = await folder();
    await writeFile(path.join(parent, 'postmaster.pid'), `${process.pid}\n${parent}\n`);
    await endLeftoverPostmaster(parent); // would end this very test
    await expect(readFile(path.join(parent, 'postmaster.pid'))).rejects.toThrow('ENOENT');
  });
});
