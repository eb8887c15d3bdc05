import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TemplateRef } from '@nephos/contracts/instance-spec';
import { assertNotCancelled } from '../cancellation.ts';
import type { CallOptions, FetchTemplate } from '../hypervisor-driver.ts';
import { brokenDownload, checksumMismatch, poolFull, templatePath } from '../pool-layout.ts';
import { renameDurably } from './durable-file.ts';
import { checkImage } from './image-check.ts';

/**
 * A template's own copy in a pool: fetched beside its place, checked by length, SHA-256 and content, and only then given its
 * name. So a file under that name is a verified one. A download that broke off goes on where it was.
 */
export async function ensureTemplateFile(
  template: TemplateRef,
  poolPath: string,
  fetch: FetchTemplate,
  { signal, onProgress }: CallOptions,
): Promise<void> {
  const path = templatePath(template, poolPath);
  if ((await sizeOf(path)) === template.sizeBytes) return;
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  const had = await sizeOf(partial);
  await assertRoom(poolPath, template.sizeBytes - had);
  try {
    const isWhole = await download(template, partial, fetch, signal, onProgress);
    if (!isWhole && had > 0) {
      // The earlier part may be what is wrong: once more from the start, before the source is blamed.
      await rm(partial);
      if (!(await download(template, partial, fetch, signal, onProgress))) throw checksumMismatch(template);
    } else if (!isWhole) throw checksumMismatch(template);
    await checkImage(partial, template, signal);
    await chmod(partial, 0o444);
    await renameDurably(partial, path);
  } catch (error) {
    const failure = isNoSpace(error) ? poolFull(poolPath, error) : error;
    if (!isWorthResuming(failure)) await rm(partial, { force: true });
    throw failure;
  }
}

/** True when the file is as long as declared and hashes to the declared sum. */
async function download(
  template: TemplateRef,
  partial: string,
  fetch: FetchTemplate,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<boolean> {
  const hash = createHash('sha256');
  const file = await open(partial, 'a', 0o600);
  try {
    let sizeBytes = (await file.stat()).size;
    if (sizeBytes > 0) await hashFile(partial, hash);
    if (sizeBytes < template.sizeBytes) {
      sizeBytes = await append(file, sizeBytes, hash);
    }
    await file.sync();
    return sizeBytes === template.sizeBytes && hash.digest('hex') === template.sha256;
  } finally {
    await file.close();
  }

  async function append(target: FileHandle, offset: number, hashing: Hash): Promise<number> {
    let sizeBytes = offset;
    try {
      for await (const chunk of await fetch(template, offset, signal)) {
        assertNotCancelled(signal, `the download of template ${template.templateId}`);
        sizeBytes += chunk.length;
        if (sizeBytes > template.sizeBytes) return sizeBytes;
        hashing.update(chunk);
        await target.writeFile(chunk);
        onProgress(sizeBytes / template.sizeBytes);
      }
    } catch (error) {
      if (isNoSpace(error)) throw error;
      throw brokenDownload(template, sizeBytes, signal, error);
    }
    if (sizeBytes < template.sizeBytes) throw brokenDownload(template, sizeBytes, signal);
    return sizeBytes;
  }
}

async function hashFile(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk);
}

async function assertRoom(poolPath: string, wantedBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(poolPath);
  if (bavail * bsize < wantedBytes) throw poolFull(poolPath);
}

/** 0 for a file that isn't there. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function isWorthResuming(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'HOST_UNREACHABLE' || error.code === 'CANCELLED');
}
