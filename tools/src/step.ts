import { execa } from 'execa';
import { ROOT, say } from './terminal.ts';

/** Something that is run and either works or doesn't: a part of a build, or a check. */
export interface Step {
  name: string;
  /** What it does, in a few words. */
  about: string;
  argv: readonly string[];
}

/** Runs it in the repository; prints its own output only when it fails. */
export async function runStep({ name, about, argv }: Step): Promise<boolean> {
  const startedAt = Date.now();
  const [program = '', ...args] = argv;
  const { failed, all } = await execa(program, args, { cwd: ROOT, reject: false, all: true, stdin: 'ignore' });
  say(name, `${about}: ${failed ? 'FAILED' : 'ok'} (${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`);
  if (failed) console.log(all);
  return !failed;
}

/** A script of this repository, or a program that npm installed here. */
export const script = (file: string, ...args: string[]): string[] => [process.execPath, file, ...args];
