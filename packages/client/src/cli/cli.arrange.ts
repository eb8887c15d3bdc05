import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const MAIN = path.join(import.meta.dirname, 'main.ts');

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** The command line as a process of its own, which sees nothing of this one's environment but the path. */
export async function runCli(args: string[], { env, stdin = '' }: { env: Record<string, string>; stdin?: string }): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env['PATH'], ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  child.stdin.on('error', () => undefined).end(stdin);
  const [code] = await once(child, 'close');
  return { code: code as number, stdout, stderr };
}
