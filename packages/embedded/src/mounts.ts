import { readFile } from 'node:fs/promises';

/** Everything that is mounted somewhere in our own mount namespace, by mount point. */
export async function mountPoints(): Promise<Set<string>> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return new Set(lines.map((line) => line.split(' ')[4] ?? '')); // proc(5): the fifth field
}
