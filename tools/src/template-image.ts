import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emptyQcow2 } from '@nephos/drivers/image/empty-qcow2';
import { buildTinyImage } from '@nephos/images/build-tiny';

/** The embedded cloud's template as a file, while `use` runs: the tiny guest for real hosts; for simulated ones an image that no one boots. */
export async function withTemplateImage<T>(
  hypervisor: 'kvm' | 'simulator',
  use: (image: { file: string; sha256: string; sizeBytes: number }) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-image-'));
  try {
    const file = path.join(folder, 'image.qcow2');
    if (hypervisor === 'kvm') await buildTinyImage({ outFile: file });
    else await writeFile(file, emptyQcow2({ virtualSizeBytes: 1024 * 1024 }));
    const bytes = await readFile(file);
    return await use({ file, sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length });
  } finally {
    await rm(folder, { recursive: true });
  }
}
