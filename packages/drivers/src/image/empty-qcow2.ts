const CLUSTER = 512;

/**
 * The bytes of a small valid qcow2 image (version 3, all zeroes, 2 KiB) for tests and for simulated clouds. `backingFile` or
 * `hasDataFile` make one that hosts must refuse. Layout: QEMU, docs/interop/qcow2.txt.
 */
export function emptyQcow2(options: { virtualSizeBytes: number; backingFile?: string; hasDataFile?: boolean }): Uint8Array {
  // Four clusters: header, refcount table, refcount block, L1 table. An L1 entry covers 64 L2 entries of 512 bytes.
  const bytes = new Uint8Array(4 * CLUSTER);
  const view = new DataView(bytes.buffer);
  const l1Size = Math.ceil(options.virtualSizeBytes / (CLUSTER * (CLUSTER / 8)));
  if (l1Size > CLUSTER / 8) throw new RangeError('emptyQcow2 makes disks of at most 2 MiB');
  view.setUint32(0, 0x51_46_49_fb);
  view.setUint32(4, 3);
  view.setUint32(20, 9); // cluster bits
  view.setBigUint64(24, BigInt(options.virtualSizeBytes));
  view.setUint32(36, l1Size);
  view.setBigUint64(40, BigInt(3 * CLUSTER)); // L1 table
  view.setBigUint64(48, BigInt(CLUSTER)); // refcount table
  view.setUint32(56, 1); // its clusters
  view.setBigUint64(72, options.hasDataFile ? 4n : 0n);
  view.setUint32(96, 4); // 16-bit refcounts
  view.setUint32(100, 104); // header length; zeroes after it end the header's extensions
  if (options.backingFile) {
    const name = new TextEncoder().encode(options.backingFile);
    bytes.set(name, 128);
    view.setBigUint64(8, 128n);
    view.setUint32(16, name.length);
  }
  view.setBigUint64(CLUSTER, BigInt(2 * CLUSTER));
  for (let cluster = 0; cluster < 4; cluster++) view.setUint16(2 * CLUSTER + 2 * cluster, 1);
  return bytes;
}
