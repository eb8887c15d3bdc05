import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { identify, isRunning } from './process-identity.ts';
import type { ProcessSpec } from './process.ts';
import { createSupervisor, type SupervisorEvent } from './supervisor.ts';

async function newSupervisor(options: { backoffMs?: [number, number]; steadyAfterMs?: number } = {}) {
  const logFolder = await mkdtemp(path.join(tmpdir(), 'nephos-supervisor-test-'));
  const events: SupervisorEvent[] = [];
  const emitter = new EventEmitter();
  const supervisor = createSupervisor({
    logFolder,
    backoffMs: [10, 1_000],
    ...options,
    onEvent: (event) => {
      events.push(event);
      emitter.emit(`${event.kind} ${event.name}`, event);
    },
  });
  onTestFinished(async () => {
    await supervisor.stop();
    await rm(logFolder, { recursive: true, force: true });
  });
  return { supervisor, events, logFolder, next: (event: string) => once(emitter, event) };
}

const SERVES = "console.log('ready'); setInterval(() => 0, 1e6)";
const plan =
  (name: string, code = SERVES) =>
  async (): Promise<ProcessSpec> => ({
    name,
    argv: [process.execPath, '-e', code],
    readiness: { kind: 'line', pattern: /^ready$/ },
    readyTimeoutMs: 10_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5_000,
  });

describe('the supervisor', () => {
  it('starts a killed process again', async () => {
    const { supervisor, events, next } = await newSupervisor();
    await supervisor.start('a', plan('a'));
    const [before] = supervisor.processes();
    const again = next('ready a');
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await again;
    const [after] = supervisor.processes();
    expect(after?.pid).not.toBe(before?.pid);
    expect(events).toEqual([
      { kind: 'ready', name: 'a', pid: before?.pid },
      { kind: 'ended', name: 'a', how: 'signal SIGKILL', retryInMs: 10 },
      { kind: 'ready', name: 'a', pid: after?.pid },
    ]);
  });

  it('waits longer each time, up to a limit, and starts over once it was steady', async () => {
    const { supervisor, events, next } = await newSupervisor({ backoffMs: [10, 40], steadyAfterMs: 600 });
    let steady = false;
    await supervisor.start('a', async () => plan('a', steady ? SERVES : "console.log('ready'); setTimeout(() => 0, 1)")());
    while (events.filter(({ kind }) => kind === 'ended').length < 4) await next('ended a');
    const waits = () => events.flatMap((event) => (event.kind === 'ended' ? [event.retryInMs] : []));
    expect(waits()).toEqual([10, 20, 40, 40]);

    steady = true;
    const [ready] = await next('ready a');
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 700); // the time itself is what is tested
    await promise;
    const ended = next('ended a');
    process.kill(supervisor.processes()[0]?.pid ?? 0, 'SIGKILL');
    await ended;
    expect(ready).toMatchObject({ kind: 'ready' });
    expect(waits().at(-1)).toBe(10);
  });

  it('stops in the opposite order of the start, each only when the one before has ended', async () => {
    const { supervisor, logFolder } = await newSupervisor();
    const order = path.join(logFolder, 'order');
    const slow = (name: string, ms: number) => `
      const fs = require('node:fs');
      process.on('SIGTERM', () => { fs.appendFileSync(${JSON.stringify(order)}, '${name} asked\\n'); setTimeout(() => { fs.appendFileSync(${JSON.stringify(order)}, '${name} ended\\n'); process.exit(); }, ${ms}); });
      ${SERVES}`;
    await supervisor.start('first', plan('first', slow('first', 0)));
    await supervisor.start('second', plan('second', slow('second', 150)));
    await supervisor.stop();
    expect((await readFile(order, 'utf8')).trim().split('\n')).toEqual(['second asked', 'second ended', 'first asked', 'first ended']);
    expect(supervisor.processes()).toEqual([]);
  });

  it('stops while a process waits for its restart', async () => {
    const { supervisor, next } = await newSupervisor({ backoffMs: [600_000, 600_000] });
    await supervisor.start('a', plan('a'));
    const ended = next('ended a');
    process.kill(supervisor.processes()[0]?.pid ?? 0, 'SIGKILL');
    await ended;
    await supervisor.stop();
    expect(supervisor.processes()).toEqual([]);
  });

  it('says why a process never became ready', async () => {
    const { supervisor } = await newSupervisor();
    await expect(supervisor.start('a', plan('a', "console.log('out of luck'); process.exit(1)"))).rejects.toThrow(/exit code 1\n\s+out of luck/);
  });

  it('kills all at once', async () => {
    const { supervisor } = await newSupervisor();
    await supervisor.start('stubborn', plan('stubborn', `process.on('SIGTERM', () => 0); ${SERVES}`));
    const who = await identify(supervisor.processes()[0]?.pid ?? 0);
    supervisor.kill();
    await expect.poll(() => who && isRunning(who), { timeout: 5_000 }).toBe(false);
  });

  it('keeps the logs of the starts before', async () => {
    const { supervisor, logFolder } = await newSupervisor();
    await supervisor.start('a', plan('a', `console.log('of the first'); ${SERVES}`));
    await supervisor.stop();
    const second = createSupervisor({ logFolder });
    await second.start('a', plan('a', `console.log('of the second'); ${SERVES}`));
    await second.stop();
    expect(await readFile(path.join(logFolder, 'a.log'), 'utf8')).toMatch(/^of the second/);
    expect(await readFile(path.join(logFolder, 'a.log.1'), 'utf8')).toMatch(/^of the first/);
  });
});
