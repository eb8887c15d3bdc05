import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { runTool } from './tool.ts';

const builtImageSchema = z.object({ sha256: z.string(), sizeBytes: z.int(), virtualSizeBytes: z.int() });
/** A built qcow2 image, as a template's record wants it. */
export type BuiltImage = z.output<typeof builtImageSchema>;

/** `$XDG_CACHE_HOME` or `~/.cache`, then `nephos/images`. */
export function imageCacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'nephos', 'images');
}

const KEEP_MS = 7 * 24 * 3_600_000;

/** A hash of everything an image is made of: text (names, versions) and files or whole folders by their content. */
export async function hashInputs(texts: readonly string[], paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(texts));
  for (const path of paths) for (const file of await filesIn(path)) hash.update(`\n${basename(file)}\n`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Copies the image of these inputs to `outFile`; `build` makes it first, in a folder that is removed after, unless it is in the cache. */
export async function cachedImage(name: string, key: string, outFile: string, build: (workDir: string) => Promise<string>): Promise<BuiltImage> {
  const folder = imageCacheFolder();
  await mkdir(folder, { recursive: true });
  const image = join(folder, `${name}-${key}.qcow2`);
  const description = `${image}.json`;
  const known = await readFile(description, 'utf8').catch(() => undefined);
  const built = known === undefined ? await buildInto() : builtImageSchema.parse(JSON.parse(known));
  await mkdir(dirname(outFile), { recursive: true });
  await copyFile(image, outFile);
  return built;

  async function buildInto(): Promise<BuiltImage> {
    const workDir = await mkdtemp(join(tmpdir(), `nephos-image-${name}-`));
    try {
      const fresh = await build(workDir);
      const described = await describe(fresh);
      await copyFile(fresh, `${image}.${process.pid}`); // not a rename: the cache may be on another disk than /tmp
      await rename(`${image}.${process.pid}`, image);
      await writeFile(description, JSON.stringify(described)); // the last: an image without it isn't there
      await removeOld();
      return described;
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  }
  /** Images of other inputs, unless another checkout may still use them. */
  async function removeOld(): Promise<void> {
    for (const file of await readdir(folder)) {
      const path = join(folder, file);
      if (file.startsWith(`${name}-`) && Date.now() - (await stat(path)).mtimeMs > KEEP_MS) await rm(path, { force: true });
    }
  }
}

async function describe(file: string): Promise<BuiltImage> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  const info = z.object({ 'virtual-size': z.int() }).parse(JSON.parse(await runTool('qemu-img', ['info', '--output=json', file])));
  return { sha256: hash.digest('hex'), sizeBytes: (await stat(file)).size, virtualSizeBytes: info['virtual-size'] };
}
