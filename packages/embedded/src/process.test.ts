import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProcess, type ProcessSpec } from './process.ts';

function script(code: string, rest: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'script',
    argv: [process.execPath, '-e', code],
    readiness: { kind: 'line', pattern: /^ready$/ },
    readyTimeoutMs: 10_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    ...rest,
  };
}

describe('startProcess', () => {
  it('is ready with the line, and stops', async () => {
    const running = startProcess(script("console.log('ready'); setInterval(() => 0, 1e6)"));
    await running.ready;
    await running.stop();
    expect(await running.exited).toBe('signal SIGTERM');
  });

  it('is ready with the message', async () => {
    const running = startProcess(script('process.send({ ready: true })', { readiness: { kind: 'message' } }));
    await running.ready;
    await running.stop();
  });

  it('is ready when it answers', async () => {
    let asked = 0;
    const running = startProcess(script('setInterval(() => 0, 1e6)', { readiness: { kind: 'answer', ask: async () => ++asked === 3 } }));
    await running.ready;
    await running.stop();
    expect(asked).toBe(3);
  });

  it('says what a process printed that ended instead', async () => {
    const running = startProcess(script("console.error('no such folder'); process.exit(3)"));
    await expect(running.ready).rejects.toThrow(/script did not start: it ended with exit code 3\n\s+no such folder/);
  });

  it('says so when a program is missing', async () => {
    const running = startProcess(script('', { argv: ['/no/such/program'] }));
    await expect(running.ready).rejects.toThrow('script did not start');
  });

  it('gives up on a silent process after its time', async () => {
    const running = startProcess(script('setInterval(() => 0, 1e6)', { readyTimeoutMs: 200 }));
    onTestFinished(() => running.stop());
    await expect(running.ready).rejects.toThrow('not ready after 200 ms');
  });

  it('kills what ignores its stop signal', async () => {
    const running = startProcess(script("process.on('SIGTERM', () => 0); console.log('ready'); setInterval(() => 0, 1e6)", { stopTimeoutMs: 200 }));
    await running.ready;
    await running.stop();
    expect(await running.exited).toBe('signal SIGKILL');
  });

  it('leaves nothing running when we are killed', async () => {
    const module = new URL('./process.ts', import.meta.url).href;
    const maker = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      import { startProcess } from ${JSON.stringify(module)};
      const spec = ${JSON.stringify({ ...script("console.log('ready'); setInterval(() => 0, 1e6)"), readiness: { kind: 'answer' } })};
      const running = startProcess({ ...spec, readiness: { kind: 'line', pattern: /ready/ } });
      await running.ready;
      console.log(running.pid);
    `,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = await once(createInterface({ input: maker.stdout }), 'line');
    const pid = Number(line);
    expect(isAlive(pid)).toBe(true);
    maker.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
