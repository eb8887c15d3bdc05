import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';
import pg from 'pg';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';
import { startProcess, type ProcessSpec } from './process.ts';

const SUPERUSER = 'nephos';

export interface PostgresOptions {
  /** Made when missing. The user that runs PostgreSQL must be able to reach it. */
  dataDir: string;
  port: number;
  /**
   * `kept`: durable, with a password that is generated into `passwordFile` (mode 0600).
   * `throw-away`: for tests: fast, forgets all when the machine dies, trusts whoever connects from this machine.
   */
  use: { kind: 'kept'; passwordFile: string } | { kind: 'throw-away' };
}

export interface PostgresPlan {
  spec: ProcessSpec;
  /** Of the database `postgres`, as superuser. Holds the password: never log it. */
  adminUrl: string;
  origin: string;
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
};
const KEPT = { ...SETTINGS, max_connections: '200', shared_buffers: '128MB' };
const THROW_AWAY = {
  ...SETTINGS,
  max_connections: '300',
  shared_buffers: '64MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/** Everything up to the start: finds the binaries, makes the data folder, ends a postmaster that an earlier run left in it. */
export async function planPostgres({ dataDir, port, use }: PostgresOptions): Promise<PostgresPlan> {
  const binaries = await findPostgres();
  const user = await unprivilegedUser();
  const password = use.kind === 'kept' ? await ensurePassword(use.passwordFile) : undefined;
  await endLeftoverPostmaster(dataDir);
  await ensureCluster(dataDir, binaries, user, password);
  const settings = Object.entries(use.kind === 'kept' ? KEPT : THROW_AWAY).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    origin: binaries.origin,
    adminUrl: `postgresql://${SUPERUSER}${password ? `:${password}` : ''}@127.0.0.1:${port}/postgres`,
    spec: {
      name: 'postgres',
      argv: [binaries.postgres, '-D', dataDir, '-p', String(port), ...settings],
      ...(user ? { user } : {}),
      readiness: { kind: 'line', pattern: /database system is ready to accept connections/ },
      readyTimeoutMs: 120_000, // after a crash it first replays its log
      stopSignal: 'SIGINT', // "fast": ends sessions, writes a checkpoint
      stopTimeoutMs: 60_000,
    },
  };
}

export interface RunningPostgres {
  adminUrl: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a private PostgreSQL; resolves when it accepts connections. It ends with this process. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { spec, adminUrl } = await planPostgres(options);
  const running = startProcess(spec);
  await running.ready;
  return { adminUrl, pid: running.pid, stop: running.stop };
}

/** Makes a database unless it exists; answers its URL. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody` where there is no such user. */
export async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!found) throw new DomainError('UNSUPPORTED', 'PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

async function ensurePassword(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}

async function ensureCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  user: { uid: number; gid: number } | undefined,
  password: string | undefined,
): Promise<void> {
  const version = await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) return assertSameVersion(version.trim(), dataDir, binaries);
  // An initdb that was cut short leaves a folder that it would refuse the next time; without PG_VERSION there is nothing in it to lose.
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (user) await chown(dataDir, user.uid, user.gid);
  const secretFolder = await mkdtemp(path.join(tmpdir(), 'nephos-initdb-'));
  try {
    const authentication = ['-A', password ? 'scram-sha-256' : 'trust'];
    if (password) {
      const pwfile = path.join(secretFolder, 'password');
      await writeFile(pwfile, password, { mode: 0o600 });
      if (user) for (const file of [secretFolder, pwfile]) await chown(file, user.uid, user.gid);
      authentication.push(`--pwfile=${pwfile}`);
    }
    const sync = password ? [] : ['--no-sync'];
    await execa(binaries.initdb, ['-D', dataDir, '-U', SUPERUSER, '--locale=C.UTF-8', '--encoding=UTF8', ...authentication, ...sync], {
      ...user,
      cwd: '/',
      timeout: 120_000,
    });
  } catch (cause) {
    await rm(dataDir, { recursive: true, force: true });
    throw new DomainError(
      'UNEXPECTED',
      `Cannot make a PostgreSQL data folder at ${dataDir}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {},
      { cause },
    );
  } finally {
    await rm(secretFolder, { recursive: true, force: true });
  }
}

async function assertSameVersion(version: string, dataDir: string, binaries: PostgresBinaries): Promise<void> {
  const { stdout } = await execa(binaries.postgres, ['--version']);
  if (new RegExp(`\\) ${version}\\b`).test(stdout)) return;
  throw new DomainError(
    'UNSUPPORTED',
    `The data in ${dataDir} was written by PostgreSQL ${version}, and this machine now has ${stdout}. Install PostgreSQL ${version} again, or delete the data with npm run reset.`,
  );
}

/** Ends the postmaster of this folder that outlived its maker, and only that one: the process must be a postgres that works in this very folder. */
export async function endLeftoverPostmaster(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const isIts = async () =>
    path.basename(await readlink(`/proc/${pid}/exe`).catch(() => '')) === 'postgres' &&
    (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === (await realpath(dataDir));
  if (await isIts()) {
    process.kill(pid, 'SIGINT');
    const deadline = Date.now() + 60_000;
    while (await isIts()) {
      if (Date.now() > deadline)
        throw new DomainError('IN_USE', `PostgreSQL (process ${pid}) still runs in ${dataDir} and does not stop. End it and try again.`);
      await delay(50); // not our child: its end cannot be waited for
    }
  }
  await rm(pidFile, { force: true });
}

/** True when the user that will run PostgreSQL can get to this folder (every parent lets others through). */
export async function canPostgresReach(folder: string): Promise<boolean> {
  const user = await unprivilegedUser();
  if (!user) return true;
  for (let parent = path.dirname(path.resolve(folder)); ; parent = path.dirname(parent)) {
    const found = await stat(parent).catch(() => undefined);
    if (found && (found.mode & 0o001) === 0 && found.uid !== user.uid) return false;
    if (parent === path.dirname(parent)) return true;
  }
}
