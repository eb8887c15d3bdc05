import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '@nephos/model/errors';

/** How one knows that a process serves, not only runs. */
export type Readiness =
  /** It prints such a line, on either stream. */
  | { kind: 'line'; pattern: RegExp }
  /** It sends `{ ready: true }` over its IPC channel. */
  | { kind: 'message' }
  /** It says nothing by itself and is asked, again and again, until it answers. */
  | { kind: 'answer'; ask: () => Promise<boolean> };

/** A process that stays: run for a moment by a test, or for days by the supervisor. */
export interface ProcessSpec {
  /** Also the name of its log. */
  name: string;
  argv: readonly string[];
  /** Added to our own environment. */
  env?: Record<string, string>;
  cwd?: string;
  user?: { uid: number; gid: number };
  readiness: Readiness;
  readyTimeoutMs: number;
  stopSignal: NodeJS.Signals;
  /** After this it is killed. */
  stopTimeoutMs: number;
}

export interface RunningProcess {
  pid: number;
  child: ChildProcess;
  /** Rejects with what the process printed last if it ends or stays silent instead. */
  ready: Promise<void>;
  /** How it ended, in words: `exit code 1`, `signal SIGKILL`. */
  exited: Promise<string>;
  /** Asks it to end, kills it when it doesn't; resolves when it is gone. */
  stop(): Promise<void>;
}

const ASK_EVERY_MS = 100;
const LAST_LINES = 15;

/** Starts a process. It ends with us, whatever ends us: the kernel sends its stop signal when our thread dies (prctl(2), PR_SET_PDEATHSIG). */
export function startProcess(spec: ProcessSpec, onLine: (line: string) => void = () => undefined): RunningProcess {
  const argv = process.platform === 'linux' ? ['setpriv', '--pdeathsig', spec.stopSignal.replace('SIG', ''), '--', ...spec.argv] : spec.argv;
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    cwd: spec.cwd,
    env: { ...process.env, ...spec.env },
    ...spec.user,
    // A group of its own: Ctrl-C in the terminal reaches us alone, and we stop the others in order.
    detached: true,
    stdio: spec.readiness.kind === 'message' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  const lastLines: string[] = [];
  const lines = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      onLine(line);
      lines.dispatchEvent(new CustomEvent('line', { detail: line }));
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  const ready = untilReady(spec, child, lines, exited).catch((cause: unknown) => {
    const printed = lastLines.length > 0 ? `\n  ${lastLines.join('\n  ')}` : '';
    throw new DomainError('UNEXPECTED', `${spec.name} did not start: ${cause instanceof Error ? cause.message : String(cause)}${printed}`);
  });
  ready.catch(() => undefined); // whoever waits for it still gets the error; nobody has to
  return { pid: child.pid ?? 0, child, ready, exited, stop: () => stop(spec, child, exited) };
}

async function untilReady(spec: ProcessSpec, child: ChildProcess, lines: EventTarget, exited: Promise<string>): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new Error(`not ready after ${spec.readyTimeoutMs} ms`)), spec.readyTimeoutMs);
  void exited.then((how) => over.abort(new Error(`it ended with ${how}`)));
  try {
    await Promise.race([signsOfReadiness(spec.readiness, child, lines, over.signal), rejection(over.signal)]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

async function signsOfReadiness(readiness: Readiness, child: ChildProcess, lines: EventTarget, signal: AbortSignal): Promise<void> {
  if (readiness.kind === 'answer') {
    while (!signal.aborted && !(await readiness.ask())) await delay(ASK_EVERY_MS);
    return;
  }
  await new Promise<void>((resolve) => {
    if (readiness.kind === 'line') {
      const look = (event: Event) => event instanceof CustomEvent && readiness.pattern.test(String(event.detail)) && resolve();
      lines.addEventListener('line', look, { signal });
    } else {
      child.on('message', (message) => typeof message === 'object' && message !== null && 'ready' in message && message.ready === true && resolve());
    }
  });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

async function stop(spec: ProcessSpec, child: ChildProcess, exited: Promise<string>): Promise<void> {
  const killer = setTimeout(() => child.kill('SIGKILL'), spec.stopTimeoutMs);
  child.kill(spec.stopSignal);
  await exited;
  clearTimeout(killer);
}
