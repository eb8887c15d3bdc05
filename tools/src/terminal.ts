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

/**
 * Runs a command and ends the process with its exit code; a failure ends it with its message, without a stack if it was foreseen.
 * It ends at once: an idle connection that a library keeps for later must not keep the person waiting.
 */
export async function runCommand(work: () => Promise<number>): Promise<never> {
  try {
    process.exit(await work());
  } catch (error) {
    const isForeseen = error instanceof Error && error.name === 'DomainError';
    console.error(isForeseen ? error.message : error);
    process.exit(1);
  }
}
