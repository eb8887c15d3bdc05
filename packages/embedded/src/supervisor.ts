import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '@nephos/model/errors';
import { startProcess, type ProcessSpec, type RunningProcess } from './process.ts';

export type SupervisorEvent =
  | { kind: 'ready'; name: string; pid: number }
  /** It will be started again after `retryInMs`. */
  | { kind: 'ended'; name: string; how: string; retryInMs: number };

export interface SupervisorOptions {
  /** Each process logs to `<name>.log` there; the three before are kept as `.1` to `.3`. */
  logFolder: string;
  onEvent?: (event: SupervisorEvent) => void;
  /** Waits between restarts double from the first to the second. */
  backoffMs?: [first: number, longest: number];
  /** A process that ran for so long has recovered: its next restart waits the shortest time again. */
  steadyAfterMs?: number;
}

export interface Supervisor {
  /** Starts a process and keeps it running. Resolves when it is ready for the first time; rejects if it never was. `plan` is asked again before each restart. */
  start(name: string, plan: () => Promise<ProcessSpec>): Promise<void>;
  /** Those that run now, in the order of their start. */
  processes(): { name: string; pid: number }[];
  /** Stops all, the last one started first. */
  stop(): Promise<void>;
  /** Kills all at once, for people who cannot wait. */
  kill(): void;
}

interface Kept {
  name: string;
  running: RunningProcess | undefined;
  log: WriteStream;
  /** Settles when nothing of it runs and nothing will. */
  life: Promise<void>;
}

const LOGS_KEPT = 3;

export function createSupervisor({
  logFolder,
  onEvent = () => undefined,
  backoffMs: [first, longest] = [500, 15_000],
  steadyAfterMs = 30_000,
}: SupervisorOptions): Supervisor {
  const kept: Kept[] = [];
  const stopping = new AbortController();

  async function launch(entry: Kept, plan: () => Promise<ProcessSpec>): Promise<RunningProcess> {
    const spec = await plan();
    stopping.signal.throwIfAborted();
    const running = startProcess(spec, (line) => entry.log.write(`${line}\n`));
    entry.running = running;
    try {
      await running.ready;
    } catch (error) {
      await running.stop();
      entry.running = undefined;
      throw error;
    }
    onEvent({ kind: 'ready', name: entry.name, pid: running.pid });
    return running;
  }

  /** From one end to the next, until we stop. */
  async function keep(entry: Kept, plan: () => Promise<ProcessSpec>, launched: RunningProcess): Promise<void> {
    let running: RunningProcess | undefined = launched;
    let startedAt = Date.now();
    let waitMs = first;
    let how = '';
    while (!stopping.signal.aborted) {
      if (running) how = await running.exited;
      entry.running = undefined;
      if (stopping.signal.aborted) return;
      if (Date.now() - startedAt > steadyAfterMs) waitMs = first;
      entry.log.write(`--- ended with ${how}; starts again in ${waitMs} ms\n`);
      onEvent({ kind: 'ended', name: entry.name, how, retryInMs: waitMs });
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, longest);
      startedAt = Date.now();
      running = await launch(entry, plan).catch((error: unknown) => {
        how = error instanceof Error ? error.message : String(error);
        return undefined;
      });
    }
  }

  return {
    async start(name, plan) {
      if (kept.some((entry) => entry.name === name)) throw new DomainError('CONFLICT', `A process named ${name} is supervised already`);
      const entry: Kept = { name, running: undefined, log: await openLog(logFolder, name), life: Promise.resolve() };
      kept.push(entry);
      const launched = await launch(entry, plan);
      entry.life = keep(entry, plan, launched);
    },
    processes: () => kept.flatMap(({ name, running }) => (running ? [{ name, pid: running.pid }] : [])),
    async stop() {
      stopping.abort(new DomainError('CANCELLED', 'The supervisor stops'));
      for (const entry of kept.toReversed()) {
        await entry.running?.stop();
        await entry.life;
        await entry.running?.stop(); // a restart that was under way
        await new Promise<void>((resolve) => entry.log.end(resolve));
      }
    },
    kill() {
      stopping.abort(new DomainError('CANCELLED', 'The supervisor stops'));
      for (const { running } of kept) running?.child.kill('SIGKILL');
    },
  };
}

async function openLog(folder: string, name: string): Promise<WriteStream> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${name}.log`);
  const older = (age: number) => (age === 0 ? file : `${file}.${age}`);
  for (let age = LOGS_KEPT - 1; age >= 0; age--) await rename(older(age), older(age + 1)).catch(() => undefined); // there may be none yet
  return createWriteStream(file, { flags: 'a', mode: 0o600 });
}
