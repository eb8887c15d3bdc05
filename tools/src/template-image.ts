import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emptyQcow2 } from '@nephos/drivers/image/empty-qcow2';
import { buildTinyImage } from '@nephos/images/build-tiny';

/** The embedded cloud's template: the tiny guest for real hosts; for simulated ones an image that no one boots. */
export async function findTemplateImage(hypervisor: 'kvm' | 'simulator'): Promise<{ bytes: Uint8Array<ArrayBuffer>; sha256: string }> {
  const bytes = hypervisor === 'kvm' ? await buildTiny() : Uint8Array.from(emptyQcow2({ virtualSizeBytes: 1024 * 1024 }));
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function buildTiny(): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-image-'));
  try {
    const outFile = path.join(folder, 'tiny.qcow2');
    await buildTinyImage({ outFile });
    return Uint8Array.from(await readFile(outFile));
  } finally {
    await rm(folder, { recursive: true });
  }
}
