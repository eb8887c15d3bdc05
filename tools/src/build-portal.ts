// Builds apps/web, unless nothing that it is made of has changed since the last time.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { script } from './step.ts';
import { ROOT, runCommand } from './terminal.ts';

const SOURCES = ['apps/web', 'packages/ui', 'packages/model', 'packages/contracts', 'packages/config'];
/** Not sources. */
const MADE = ['.next', 'node_modules', 'next-env.d.ts'];
const STAMP = path.join(ROOT, 'apps/web/.next/nephos-sources');

await runCommand(async () => {
  const sources = await hashOf(SOURCES);
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === sources) return 0;
  const [program = '', ...args] = script('node_modules/next/dist/bin/next', 'build', 'apps/web');
  await execa(program, args, { cwd: ROOT, stdio: 'inherit', env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } });
  await writeFile(STAMP, sources);
  return 0;
});

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
