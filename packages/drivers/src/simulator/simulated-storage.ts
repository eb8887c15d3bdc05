import { createHash } from 'node:crypto';
import type { VolumeSpec } from '@nephos/contracts/instance-spec';
import { assertNotCancelled } from '../cancellation.ts';
import type { FetchTemplate, HypervisorDriver } from '../hypervisor-driver.ts';
import { QCOW2_HEADER_BYTES } from '@nephos/model/qcow2-header';
import { checkQcow2Header } from '../image/qcow2-header.ts';
import {
  assertBigEnough,
  brokenDownload,
  checksumMismatch,
  poolFull,
  templateMissing,
  templatePath,
  volumeMissing,
  volumePath,
} from '../pool-layout.ts';
import type { KeyedLock } from '../keyed-lock.ts';
import type { SimulatedState } from './simulated-state.ts';

type StorageVerbs = Pick<HypervisorDriver, 'describePool' | 'ensureTemplate' | 'ensureVolume' | 'removeVolume'>;

export interface SimulatedStorage extends StorageVerbs {
  /** Throws NOT_FOUND. */
  assertVolume(volume: { volumeId: string; poolPath: string }): void;
}

export interface SimulatedStorageOptions {
  state: SimulatedState;
  withLock: KeyedLock;
  pretendWork: (signal: AbortSignal, what: string) => Promise<void>;
  poolCapacityBytes: number;
  verifiedImages: Set<string>;
}

/** The pools of a simulated host. An image is read and checked but not kept. A pool whose path ends in `/full` has no room. */
export function createSimulatedStorage({
  state,
  withLock,
  pretendWork,
  poolCapacityBytes,
  verifiedImages,
}: SimulatedStorageOptions): SimulatedStorage {
  const assertRoom = (poolPath: string, wantedBytes: number) => {
    if (poolPath.endsWith('/full') || state.usedBytes(poolPath) + wantedBytes > poolCapacityBytes) throw poolFull(poolPath);
  };
  return {
    assertVolume: (volume) => {
      if (!state.hasVolume(volumePath(volume))) throw volumeMissing(volume);
    },
    describePool: async (path) => ({ path, capacityBytes: poolCapacityBytes, usedBytes: state.usedBytes(path), fileSystem: 'simulated' }),
    ensureTemplate: (template, poolPath, fetch, { signal, onProgress }) => {
      const path = templatePath(template, poolPath);
      return withLock(path, signal, async () => {
        if (state.hasTemplate(path)) return;
        assertRoom(poolPath, template.sizeBytes);
        if (!verifiedImages.has(template.sha256)) {
          await verifyImage(template, fetch, signal, onProgress);
          verifiedImages.add(template.sha256);
        }
        state.journal.put({ kind: 'template', id: path, sizeBytes: template.sizeBytes });
        onProgress(1);
      });
    },
    ensureVolume: (volume, { signal }) =>
      withLock(volume.volumeId, signal, async () => {
        await pretendWork(signal, `the copy of volume ${volume.volumeId}`);
        const path = volumePath(volume);
        if (state.hasVolume(path)) return;
        if (!state.hasTemplate(templatePath(volume.template, volume.poolPath))) throw templateMissing(volume);
        assertBigEnough(volume);
        assertRoom(volume.poolPath, 0);
        state.journal.put({ kind: 'volume', id: path, sizeBytes: volume.sizeBytes, isRemoved: false });
      }),
    removeVolume: (volume, { signal }) =>
      withLock(volume.volumeId, signal, async () => {
        await pretendWork(signal, `the removal of volume ${volume.volumeId}`);
        const path = volumePath(volume);
        if (state.hasVolume(path)) state.journal.put({ kind: 'volume', id: path, sizeBytes: 0, isRemoved: true });
      }),
  };
}

async function verifyImage(
  template: VolumeSpec['template'],
  fetch: FetchTemplate,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<void> {
  const hash = createHash('sha256');
  let header = new Uint8Array();
  let receivedBytes = 0;
  try {
    for await (const chunk of await fetch(template, 0, signal)) {
      assertNotCancelled(signal, `the download of template ${template.templateId}`);
      if (header.length < QCOW2_HEADER_BYTES) header = Buffer.concat([header, chunk]);
      hash.update(chunk);
      receivedBytes += chunk.length;
      if (receivedBytes > template.sizeBytes) throw checksumMismatch(template);
      onProgress(receivedBytes / template.sizeBytes);
    }
  } catch (error) {
    throw brokenDownload(template, receivedBytes, signal, error);
  }
  if (receivedBytes < template.sizeBytes) throw brokenDownload(template, receivedBytes, signal);
  if (hash.digest('hex') !== template.sha256) throw checksumMismatch(template);
  checkQcow2Header(header, template);
}
