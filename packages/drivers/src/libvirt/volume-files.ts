import { access, mkdir, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { VolumeSpec } from '@nephos/contracts/instance-spec';
import { DomainError } from '@nephos/model/errors';
import type { PoolFacts } from '../hypervisor-driver.ts';
import { assertBigEnough, poolFull, templateMissing, templatePath, volumePath } from '../pool-layout.ts';
import { runCommand } from './command.ts';
import { renameDurably, syncPath } from './durable-file.ts';

/** A linked clone of a template in a directory pool, made beside its place and renamed: a file under its name is whole. */
export async function ensureVolumeFile(volume: VolumeSpec, signal: AbortSignal): Promise<void> {
  const path = volumePath(volume);
  if (await exists(path)) return;
  assertBigEnough(volume);
  const template = templatePath(volume.template, volume.poolPath);
  if (!(await exists(template))) throw templateMissing(volume);
  const fresh = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o711 });
  try {
    await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', template, fresh, String(volume.sizeBytes)], {
      what: `The making of volume ${volume.volumeId}`,
      timeoutMs: 60_000,
      signal,
    });
    await syncPath(fresh);
    await renameDurably(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    if (error instanceof DomainError && error.message.includes('No space left')) throw poolFull(volume.poolPath, error);
    throw error;
  }
}

export async function removeVolumeFile(volume: { volumeId: string; poolPath: string }): Promise<void> {
  const path = volumePath(volume);
  await rm(`${path}.new`, { force: true });
  await rm(path, { force: true });
}

export async function describePoolFolder(path: string): Promise<PoolFacts> {
  await mkdir(path, { recursive: true, mode: 0o711 });
  const { blocks, bfree, bsize, type } = await statfs(path);
  const fileSystem = FILE_SYSTEMS.get(type) ?? `file system ${type.toString(16)}`;
  return { path, capacityBytes: blocks * bsize, usedBytes: (blocks - bfree) * bsize, fileSystem };
}

/** statfs(2), of those that a pool is likely on. */
const FILE_SYSTEMS = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'XFS'],
  [0x9123683e, 'Btrfs'],
  [0x2fc12fc1, 'ZFS'],
  [0x6969, 'NFS'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0x794c7630, 'overlayfs'],
]);

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
