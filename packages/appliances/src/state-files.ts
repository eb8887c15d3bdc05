import { chmod, chown, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';

export interface FileOptions {
  /** Permission bits; secrets are the rule here, so 0600 unless said. */
  mode?: number;
  /** Group that may read it, for a daemon that gave up root. */
  groupId?: number;
  /** True for what must survive a power cut. */
  isDurable?: boolean;
}

/** Replaces a file in one step: a reader sees the old content or the new, never half of it. */
export async function replaceFile(path: string, content: string, options: FileOptions = {}): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  await rm(temporary, { force: true }); // left by a crash, perhaps with other permissions
  const file = await open(temporary, 'wx', options.mode ?? 0o600);
  try {
    await file.writeFile(content);
    await file.chmod(options.mode ?? 0o600); // whatever the agent's umask is
    if (options.groupId !== undefined) await file.chown(process.getuid?.() ?? 0, options.groupId);
    if (options.isDurable) await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  if (options.isDurable) await syncFolder(dirname(path));
}

/** Lets the names in a folder reach the disk: a file's own fsync says nothing of its name (fsync(2)). */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Like replaceFile, but leaves a file alone that says it already. Returns whether it changed. */
export async function ensureFile(path: string, content: string, options: FileOptions = {}): Promise<boolean> {
  if ((await readIfThere(path)) === content) return false;
  await replaceFile(path, content, options);
  return true;
}

/** The folder holds exactly these files afterwards. */
export async function ensureFolderOf(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await ensureFolder(folder);
  for (const name of await readdir(folder)) if (!files.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  for (const [name, content] of files) await ensureFile(join(folder, name), content);
}

export async function ensureFolder(folder: string, options: { mode?: number; groupId?: number } = {}): Promise<void> {
  await mkdir(folder, { recursive: true, mode: options.mode ?? 0o700 });
  await chmod(folder, options.mode ?? 0o700);
  if (options.groupId !== undefined) await chown(folder, process.getuid?.() ?? 0, options.groupId);
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}

/** A record in a JSON file of ours; a torn or foreign one counts as none, so that the next apply writes it anew. */
export async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
