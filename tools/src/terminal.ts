import { createInterface } from 'node:readline/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** One line of what a command does: the thing, then what about it. */
export function say(thing: string, text: string): void {
  console.log(`${thing.padEnd(14)} ${text}`);
}

/** Asks before something that cannot be undone or changes the machine. Without a terminal the answer is no. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.log(`${question} There is no terminal to ask at: give --yes to agree.`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

/** Ends the command with the failure's message, without a stack for failures that were foreseen. */
export async function runCommand(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
  } catch (error) {
    const isForeseen = error instanceof Error && error.name === 'DomainError';
    console.error(isForeseen ? error.message : error);
    process.exitCode = 1;
  }
}
