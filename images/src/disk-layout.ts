import { open, truncate } from 'node:fs/promises';
import { runTool } from './tool.ts';

const MIB = 1024 ** 2;

export interface Partition {
  /** A file with its file system. */
  file: string;
  sizeMib: number;
  /** MBR type: `e` FAT16, `83` Linux. */
  type: string;
  isBootable?: boolean;
}

export interface DiskParts {
  partitions: readonly Partition[];
  /** What the BIOS runs: at most 440 bytes of it go in front of the partition table. */
  bootCode: Uint8Array;
  /** Goes behind the partition table, in the MiB before the first partition. */
  gap?: Uint8Array;
}

/** Writes a raw disk with an MBR and these partitions, the first at 1 MiB. No loop device, no mount, no root. */
export async function writeDisk(disk: string, { partitions, bootCode, gap }: DiskParts): Promise<void> {
  const sizeMib = 1 + partitions.reduce((sum, partition) => sum + partition.sizeMib, 0);
  const handle = await open(disk, 'w');
  await handle.close();
  await truncate(disk, sizeMib * MIB);
  let startMib = 1;
  const lines = ['label: dos', 'label-id: 0x6e657068'];
  for (const { sizeMib: size, type, isBootable } of partitions) {
    lines.push(`start=${startMib}MiB, size=${size}MiB, type=${type}${isBootable ? ', bootable' : ''}`);
    startMib += size;
  }
  await runTool('sfdisk', ['--quiet', disk], { input: `${lines.join('\n')}\n` });
  await write(disk, bootCode.subarray(0, 440), 0);
  if (gap) await write(disk, gap, 512);
  let offset = MIB;
  for (const { file, sizeMib: size } of partitions) {
    await runTool('dd', [`if=${file}`, `of=${disk}`, 'bs=1M', `seek=${offset / MIB}`, 'conv=notrunc,sparse', 'status=none']);
    offset += size * MIB;
  }
}

async function write(disk: string, bytes: Uint8Array, position: number): Promise<void> {
  const handle = await open(disk, 'r+');
  try {
    await handle.write(bytes, 0, bytes.length, position);
  } finally {
    await handle.close();
  }
}

/** An ext4 file system that holds the folder's files, all owned by root whoever builds. */
export async function makeExt4(file: string, options: { folder: string; sizeMib: number; label: string; args: readonly string[] }): Promise<void> {
  const handle = await open(file, 'w');
  await handle.close();
  await truncate(file, options.sizeMib * MIB);
  const args = ['-q', '-t', 'ext4', '-L', options.label, '-E', 'root_owner=0:0', ...options.args, '-d', options.folder, file];
  // mke2fs takes over who owns the files: an ordinary user's files look like root's from inside a user namespace.
  if (process.getuid?.() === 0) await runTool('mke2fs', args);
  else await runTool('unshare', ['--map-root-user', '--', 'mke2fs', ...args]);
}
