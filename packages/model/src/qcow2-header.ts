import { DomainError } from './errors.ts';

const MAGIC = 0x51_46_49_fb; // "QFI\xfb"
const EXTERNAL_DATA_FILE = 1n << 2n; // bit 2 of the incompatible features

/** How many bytes of a file `readQcow2Header` wants to see. */
export const QCOW2_HEADER_BYTES = 80;

/**
 * Reads what an image declares, and refuses one that would make a host read other files, before any tool opens it: older
 * `qemu-img info` itself follows an external data file (CVE-2024-4467). Layout: QEMU, docs/interop/qcow2.txt.
 * `noun` is for messages: "The image of template x". Throws IMAGE_REFUSED.
 */
export function readQcow2Header(header: Uint8Array, noun: string): { virtualSizeBytes: number } {
  const refuse = (why: string) => new DomainError('IMAGE_REFUSED', `${noun} is refused: ${why}.`);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.byteLength < QCOW2_HEADER_BYTES || view.getUint32(0) !== MAGIC) throw refuse('it is not in qcow2 format');
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) throw refuse(`qcow2 version ${version} is unknown`);
  if (view.getBigUint64(8) !== 0n) throw refuse('it has a backing file; flatten it with qemu-img convert');
  if (view.getUint32(32) !== 0) throw refuse('it is encrypted');
  if (version === 3 && (view.getBigUint64(72) & EXTERNAL_DATA_FILE) !== 0n) throw refuse('it keeps its data in another file');
  return { virtualSizeBytes: Number(view.getBigUint64(24)) };
}
