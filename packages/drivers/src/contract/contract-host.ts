import { createHash, randomUUID } from 'node:crypto';
import type { InstanceSpec, TemplateRef, VolumeSpec } from '@nephos/contracts/instance-spec';
import type { CallOptions, FetchTemplate, HypervisorDriver } from '../hypervisor-driver.ts';

export interface ContractImage {
  bytes: Uint8Array<ArrayBuffer>;
  virtualSizeBytes: number;
}

/** What the contract needs of a host beside its driver. */
export interface ContractHost {
  /** A driver on the host's state; a second one on it is what a restart of the agent is. */
  makeDriver(): HypervisorDriver;
  poolPath: string;
  /** A pool without room for `image`. */
  fullPoolPath: string;
  /** An image whose guest obeys its power button once `guestIsUp` has resolved. */
  image: ContractImage;
  /** An image whose guest never does. */
  stubbornImage: ContractImage;
  /** Of instances that boot nothing; those that boot have none, so that no guest waits for an address. */
  nics: InstanceSpec['nics'];
  memoryMib: number;
  guestIsUp(instanceId: string): Promise<void>;
  /** Ends the guest without the driver. */
  stopBehindOurBack(instanceId: string): Promise<void>;
  /** Every file in the pool, as a path in it. */
  listPoolFiles(): Promise<string[]>;
}

export const calmly: CallOptions = { signal: new AbortController().signal, onProgress: () => undefined };

export function templateOf(image: ContractImage, change: Partial<TemplateRef> = {}): TemplateRef {
  return {
    templateId: randomUUID(),
    format: 'qcow2',
    sizeBytes: image.bytes.length,
    virtualSizeBytes: image.virtualSizeBytes,
    sha256: createHash('sha256').update(image.bytes).digest('hex'),
    ...change,
  };
}

export function volumeOf(template: TemplateRef, poolPath: string): VolumeSpec {
  return { volumeId: randomUUID(), poolPath, sizeBytes: template.virtualSizeBytes, template };
}

/** Serves an image in chunks, and counts. `breakAfterBytes` breaks the first download off; `hold` makes downloads wait for it. */
export function serve(image: ContractImage, options: { breakAfterBytes?: number; hold?: Promise<void> } = {}) {
  const offsets: number[] = [];
  const fetch: FetchTemplate = async (_template, offset, signal) => {
    offsets.push(offset);
    const isBreaking = offsets.length === 1 ? options.breakAfterBytes : undefined;
    const end = isBreaking ?? image.bytes.length;
    let position = offset;
    return new ReadableStream({
      pull: async (controller) => {
        if (options.hold) await Promise.race([options.hold, aborted(signal)]);
        signal.throwIfAborted();
        if (position >= end) {
          if (isBreaking !== undefined) throw new Error('connection reset');
          return controller.close();
        }
        const next = Math.min(end, position + 65_536);
        controller.enqueue(image.bytes.slice(position, next));
        position = next;
      },
    });
  };
  return { fetch, offsets };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
