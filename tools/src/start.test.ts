import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@nephos/embedded/port';
import { identify } from '@nephos/embedded/process-identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRunningCloud } from './run-file.ts';
import { foldersOf } from './settings.ts';
import { ROOT } from './terminal.ts';

let dataFolder = '';
let ports: { api: number; postgres: number; temporal: number; agent: number; directory: number };

/** `npm start` or another command of it; its lines, and a wait for one. Killed with the test. */
function command(name: string, ...args: string[]) {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, path.join(ROOT, 'tools/src', name), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NEPHOS_DATA: dataFolder,
      NEPHOS_PREFIX: `s${process.pid}`,
      NEPHOS_POSTGRES_PORT: String(ports.postgres),
      NEPHOS_TEMPORAL_PORT: String(ports.temporal),
      NEPHOS_AGENT_PORT: String(ports.agent),
      NEPHOS_DIRECTORY_PORT: String(ports.directory),
    },
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const line = (pattern: RegExp) =>
    Promise.race([
      new Promise<string>((resolve) => {
        const look = () => {
          const found = lines.find((each) => pattern.test(each));
          if (found !== undefined) resolve(found);
        };
        waiting.add(look);
        look();
      }),
      ended.then((code) => Promise.reject(new Error(`${name} ended with ${code} before it said ${pattern}:\n${lines.join('\n')}`))),
    ]);
  return { child, lines, line, ended };
}
const start = () => command('start.ts', '--simulator', '--no-build', '--port', String(ports.api));

beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), 'nephos-start-test-'));
  ports = { api: await freePort(), postgres: await freePort(), temporal: await freePort(), agent: await freePort(), directory: await freePort() };
});
afterAll(async () => {
  await command('reset.ts', '--yes').ended;
  await rm(dataFolder, { recursive: true, force: true });
});

describe('npm start', () => {
  it('brings up a cloud once, keeps it up, and leaves nothing running', async () => {
    const first = start();
    await first.line(/^nephos +ready at/);
    await expect(start().line(/runs already/)).resolves.toContain(`process ${first.child.pid}`);

    const run = await findRunningCloud(foldersOf(dataFolder).runFile);
    const temporal = await identify(run?.processes.find(({ name }) => name === 'temporal')?.pid ?? 0);
    process.kill(temporal?.pid ?? 0, 'SIGKILL');
    await first.line(/^temporal +ended \(signal SIGKILL\); starts again in 500 ms/);

    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    for (const { pid } of run?.processes ?? []) expect(await identify(pid)).toBeUndefined();
    await expect(readFile(foldersOf(dataFolder).runFile)).rejects.toThrow('ENOENT');
  });

  it('goes on after it was killed, with the data of before', async () => {
    const first = start();
    await first.line(/^nephos +ready at/);
    first.child.kill('SIGKILL');
    await first.ended;

    const second = start();
    expect(await second.line(/^postgres +ready/)).toContain('0 migrations applied');
    await second.line(/^nephos +ready at/);
    const down = command('down.ts');
    expect(await down.ended).toBe(0);
    expect(await second.ended).toBe(0);
  });
});
