import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './terminal.ts';

/** Not sources. */
const MADE = ['.next', 'dist', 'node_modules', 'next-env.d.ts'];

/** Makes something of `folders`, unless nothing in them or in what is installed has changed since it was made; `stamp` remembers that, beside it. */
export async function makeUnlessSame(folders: readonly string[], stamp: string, make: () => Promise<void>): Promise<void> {
  const sources = await hashOf(folders);
  if ((await readFile(path.join(ROOT, stamp), 'utf8').catch(() => '')) === sources) return;
  await make();
  await writeFile(path.join(ROOT, stamp), sources);
}

async function hashOf(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(await readFile(path.join(ROOT, 'package-lock.json')));
  for (const file of (await Promise.all(folders.map(filesIn))).flat().sort())
    hash.update(`\n${file}\n`).update(await readFile(path.join(ROOT, file)));
  return hash.digest('hex');
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(ROOT, folder), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (MADE.includes(entry.name)) continue;
    const file = path.join(folder, entry.name);
    found.push(...(entry.isDirectory() ? await filesIn(file) : [file]));
  }
  return found;
}
