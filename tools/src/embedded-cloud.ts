import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openDatabase, type Db } from '@nephos/db/database';
import { openCloudApi, type CloudApi } from './cloud-api.ts';
import { findRunningCloud } from './run-file.ts';
import { foldersOf } from './settings.ts';
import { ROOT } from './terminal.ts';

/** A throw-away cloud of `npm start`, for tests that look at all of it at once. */
export interface EmbeddedCloud {
  /** Holds everything the cloud keeps. */
  readonly dataFolder: string;
  /** Real hosts are called `<prefix>-h1` and so on. */
  readonly prefix: string;
  /** As the root administrator. Waits while the cloud is away, so it serves before and after a restart. */
  readonly api: CloudApi;
  /** Everything that `npm start` has printed. */
  readonly lines: readonly string[];
  /** Past what the API shows; open until `close`. */
  readonly db: Db;
  /** Resolves with the line when `npm start` prints it, or did since `fromLine`. */
  line(pattern: RegExp, fromLine?: number): Promise<string>;
  /** Of a process that runs now, by the name of its log. Throws while it is down. */
  pidOf(name: string): Promise<number>;
  /** Ctrl-C. Resolves with the exit code when the control plane has stopped. */
  stop(): Promise<number | null>;
  start(): Promise<void>;
  /** Another command of the repository (`down.ts`) on this cloud; resolves with what it printed. */
  command(file: string, ...args: string[]): Promise<{ code: number | null; output: string }>;
  close(): Promise<void>;
}

export interface EmbeddedCloudOptions {
  /** Of `npm start`, like `--simulator`. */
  args: readonly string[];
  env?: Record<string, string>;
  /** What is to be in its data folder before its first start. */
  prepare?: (cloud: Pick<EmbeddedCloud, 'dataFolder' | 'command'>) => Promise<void>;
}

const PREFIX = 'nephos-cloud-';
// Below those that Linux gives to whoever asks for any: Temporal takes several of them, and would take one of ours between stop and start.
const portsFrom = (pid: number) => 16_000 + (pid % 3_100) * 5;
const prefixOf = (pid: number | string) => `c${pid}`;

/** Brings up a cloud of its own ports, names and folders. One at a time per process; those of dead processes are removed first. */
export async function startEmbeddedCloud({ args, env = {}, prepare }: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
  await removeCloudsOfDeadProcesses();
  const dataFolder = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  const apiPort = portsFrom(process.pid);
  const postgresPort = apiPort + 1;
  const environment = {
    ...environmentOf(dataFolder, process.pid),
    NEPHOS_POSTGRES_PORT: String(postgresPort),
    NEPHOS_TEMPORAL_PORT: String(apiPort + 2),
    NEPHOS_AGENT_PORT: String(apiPort + 3),
    NEPHOS_DIRECTORY_PORT: String(apiPort + 4),
    NEPHOS_MANAGEMENT_NET: `10.${220 + (process.pid % 30)}.${Math.floor(process.pid / 30) % 250}`,
    ...env,
  };
  const folders = foldersOf(dataFolder);
  const lines: string[] = [];
  const watching = new Set<() => void>();
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);

  const line: EmbeddedCloud['line'] = (pattern, fromLine = 0) =>
    Promise.race([
      new Promise<string>((resolve) => {
        const look = () => {
          const found = lines.slice(fromLine).find((each) => pattern.test(each));
          if (found === undefined) return;
          watching.delete(look);
          resolve(found);
        };
        watching.add(look);
        look();
      }),
      ended.then((code) => Promise.reject(new Error(`npm start ended with ${code} before it said ${pattern}:\n${lines.slice(fromLine).join('\n')}`))),
    ]);

  async function start(): Promise<void> {
    const fromLine = lines.length;
    const started = run('start.ts', ['--yes', '--no-build', '--port', String(apiPort), ...args], environment);
    child = started;
    ended = new Promise((resolve) => started.once('close', (code) => resolve(code)));
    for (const stream of [started.stdout, started.stderr]) {
      if (stream)
        createInterface({ input: stream }).on('line', (text) => {
          lines.push(text);
          for (const look of watching) look();
        });
    }
    await line(/^nephos +ready at/, fromLine);
  }
  const stop = () => {
    child?.kill('SIGINT');
    return ended;
  };
  const command: EmbeddedCloud['command'] = async (file, ...rest) => {
    const other = run(file, rest, environment);
    let output = '';
    for (const stream of [other.stdout, other.stderr]) stream?.on('data', (text) => (output += String(text)));
    return { code: await new Promise((resolve) => other.once('close', resolve)), output };
  };
  const remove = async () => {
    await stop();
    await command('reset.ts', '--yes');
    await rm(dataFolder, { recursive: true, force: true });
  };

  try {
    await prepare?.({ dataFolder, command });
    await start();
    const secret = async (file: string) => (await readFile(file, 'utf8')).trim();
    const client = await openCloudApi(`http://127.0.0.1:${apiPort}`, {
      name: 'admin',
      password: await secret(path.join(folders.control, 'admin-password')),
    });
    const db = openDatabase(`postgresql://nephos:${await secret(folders.postgresPassword)}@127.0.0.1:${postgresPort}/nephos`, { maxConnections: 2 });
    return {
      dataFolder,
      prefix: prefixOf(process.pid),
      api: client,
      lines,
      db,
      line,
      stop,
      start,
      command,
      pidOf: async (name) => {
        const pid = (await findRunningCloud(folders.runFile))?.processes.find((one) => one.name === name)?.pid;
        if (pid === undefined) throw new Error(`${name} does not run`);
        return pid;
      },
      close: async () => {
        client.close();
        await db.$disconnect();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const environmentOf = (dataFolder: string, pid: number | string) => ({ NEPHOS_DATA: dataFolder, NEPHOS_PREFIX: prefixOf(pid) });

/** It gets SIGTERM when we die, however we do; what it leaves then is removed by the next who starts a cloud. */
function run(file: string, args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, path.join(ROOT, 'tools/src', file), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_NO_WARNINGS: '1', ...env },
  });
}

async function removeCloudsOfDeadProcesses(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((entry) => entry.startsWith(PREFIX))) {
    const pid = name.slice(PREFIX.length).split('-')[0] ?? '';
    if (existsSync(`/proc/${pid}`)) continue;
    const folder = path.join(tmpdir(), name);
    const reset = run('reset.ts', ['--yes'], environmentOf(folder, pid));
    await new Promise((resolve) => reset.once('close', resolve));
    await rm(folder, { recursive: true, force: true });
  }
}
