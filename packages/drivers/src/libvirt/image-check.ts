import { open } from 'node:fs/promises';
import type { TemplateRef } from '@nephos/contracts/instance-spec';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import { QCOW2_HEADER_BYTES } from '@nephos/model/qcow2-header';
import { checkQcow2Header } from '../image/qcow2-header.ts';
import { runCommand } from './command.ts';

/** What `qemu-img info --output=json` says of an image (QEMU, qapi/block-core.json: ImageInfo). */
const imageInfoSchema = z.object({
  format: z.string(),
  'virtual-size': z.int(),
  'backing-filename': z.string().optional(),
  encrypted: z.boolean().optional(),
  'format-specific': z.object({ data: z.object({ 'data-file': z.string().optional() }).loose() }).optional(),
});

/**
 * Refuses an image that a tenant made to read this host's files, or that is not what it was declared to be. First by its header,
 * which opens nothing else, then by qemu-img with the format forced and its time and memory bound. Throws IMAGE_REFUSED.
 */
export async function checkImage(path: string, template: TemplateRef, signal: AbortSignal): Promise<void> {
  const { templateId } = template;
  checkQcow2Header(await readHeader(path), template);
  const info = imageInfoSchema.parse(JSON.parse(await describe(path, templateId, signal)));
  const isAlone = !info['backing-filename'] && !info['format-specific']?.data['data-file'];
  if (info.format === 'qcow2' && isAlone && !info.encrypted && info['virtual-size'] === template.virtualSizeBytes) return;
  throw new DomainError(
    'IMAGE_REFUSED',
    `The image of template ${templateId} is refused: qemu-img finds a backing file, a data file, encryption or another size in it`,
    { templateId },
  );
}

async function describe(path: string, templateId: string, signal: AbortSignal): Promise<string> {
  try {
    // The limits are those of OpenStack: an image with absurd tables makes qemu-img take gigabytes.
    return await runCommand('prlimit', [`--as=${1024 ** 3}`, '--cpu=30', 'qemu-img', 'info', '--output=json', '-f', 'qcow2', path], {
      what: `the look into the image of template ${templateId}`,
      timeoutMs: 60_000,
      signal,
    });
  } catch (cause) {
    if (!(cause instanceof DomainError) || cause.code !== 'HYPERVISOR_FAILED') throw cause;
    throw new DomainError('IMAGE_REFUSED', `The image of template ${templateId} is refused: ${cause.message}`, { templateId }, { cause });
  }
}

async function readHeader(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(QCOW2_HEADER_BYTES), 0, QCOW2_HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
