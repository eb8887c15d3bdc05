import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { DomainError } from '@nephos/model/errors';
import { readRecord, replaceFile } from '../state-files.ts';
import { runTool, type ToolOptions } from '../run-tool.ts';
import { hasNamespace } from './namespace.ts';

const GRACE_MS = 2_000;
const KILL_MS = 5_000;
const LOOK_AGAIN_MS = 10;

const recordSchema = z.object({
  pid: z.int(),
  /** Field 22 of /proc/<pid>/stat: with it a pid is one process for good, whoever gets the number later. */
  startTicks: z.string(),
  /** What it was started with; another key means a restart. */
  key: z.string(),
  /** What it has read since; another one means a reload. */
  loaded: z.string(),
});
type DaemonRecord = z.output<typeof recordSchema>;

/** A process of a router that is no child of the agent: it outlives it and is adopted by the next. */
export interface Daemon {
  namespace: string;
  /** An argument that only this daemon's command line has. */
  mark: string;
  recordPath: string;
  key: string;
  loaded: string;
  isRestartDue: boolean;
  /** Starts it and returns its pid once it serves. */
  start(): Promise<number>;
}

/**
 * The daemon runs with its configuration loaded when this returns. One that runs already is left alone; it is sent a SIGHUP when it has something new to read.
 * What runs is found by looking into the namespace, so that one whose starter died before it wrote the record doesn't stay in the way.
 */
export async function ensureDaemon(daemon: Daemon, options: ToolOptions): Promise<void> {
  const record = await readRecord(daemon.recordPath, recordSchema);
  const running = await findInNamespace(daemon.namespace, daemon.mark, options);
  const own = record && running.includes(record.pid) && (await isSame(record)) ? record : undefined;
  if (own && own.key === daemon.key && !daemon.isRestartDue) {
    if (own.loaded === daemon.loaded) return;
    // The signal is taken before any packet that comes later: dnsmasq looks at its signals first in each round.
    process.kill(own.pid, 'SIGHUP');
    await write(daemon, { ...own, loaded: daemon.loaded });
    return;
  }

  await stopRecorded(daemon.recordPath); // also where the namespace was deleted under it
  await stopAll(running);
  const pid = await daemon.start();
  const startTicks = await startTicksOf(pid);
  if (startTicks === undefined)
    throw new DomainError('NETWORK_FAILED', `${daemon.mark} ended right after its start`, { namespace: daemon.namespace });
  await write(daemon, { pid, startTicks, key: daemon.key, loaded: daemon.loaded });
}

/** Whether the process that a record names is there, whatever it does. */
export async function runsRecorded(recordPath: string): Promise<boolean> {
  const record = await readRecord(recordPath, recordSchema);
  return record !== undefined && isSame(record);
}

/** Ends the process that a record names, if it is still that process. */
export async function stopRecorded(recordPath: string): Promise<void> {
  const record = await readRecord(recordPath, recordSchema);
  if (record && (await isSame(record))) await stopAll([record.pid]);
}

/** Ends everything that runs in a namespace. */
export async function stopNamespace(namespace: string, options: ToolOptions): Promise<void> {
  if (await hasNamespace(namespace)) await stopAll(await pidsIn(namespace, options));
}

async function findInNamespace(namespace: string, mark: string, options: ToolOptions): Promise<number[]> {
  const pids = await pidsIn(namespace, options);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => lines[index]?.split('\0').includes(mark));
}

async function pidsIn(namespace: string, options: ToolOptions): Promise<number[]> {
  const text = await runTool('ip', ['netns', 'pids', namespace], options);
  return text.split('\n').filter(Boolean).map(Number);
}

/** No event tells of the end of a process that isn't one's child, hence the short, bounded looks. */
async function stopAll(pids: readonly number[]): Promise<void> {
  const processes = await Promise.all(pids.map(async (pid) => ({ pid, startTicks: await startTicksOf(pid) })));
  const alive = processes.filter(({ startTicks }) => startTicks !== undefined);
  for (const [signal, patienceMs] of [
    ['SIGTERM', GRACE_MS],
    ['SIGKILL', KILL_MS],
  ] as const) {
    for (const { pid, startTicks } of alive) if ((await startTicksOf(pid)) === startTicks) kill(pid, signal);
    const until = Date.now() + patienceMs;
    while (Date.now() < until) {
      const ticks = await Promise.all(alive.map(({ pid }) => startTicksOf(pid)));
      if (alive.every(({ startTicks }, index) => ticks[index] !== startTicks)) return;
      await delay(LOOK_AGAIN_MS);
    }
  }
  throw new DomainError('NETWORK_FAILED', `Processes ${pids.join(', ')} of a router can't be ended`);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself a moment ago.
  }
}

async function isSame({ pid, startTicks }: DaemonRecord): Promise<boolean> {
  return (await startTicksOf(pid)) === startTicks;
}

/** Undefined when there is no such process, or only its remains. (proc_pid_stat(5); the name in parentheses may hold anything.) */
async function startTicksOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

async function write({ recordPath }: Daemon, record: DaemonRecord): Promise<void> {
  await replaceFile(recordPath, JSON.stringify(record));
}
