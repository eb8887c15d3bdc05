import { join } from 'node:path';
import type { TemplateRef, VolumeSpec } from '@nephos/contracts/instance-spec';
import { DomainError } from '@nephos/model/errors';
import { cancelled } from './cancellation.ts';

interface VolumeRef {
  volumeId: string;
  poolPath: string;
}

/** Where a directory pool keeps a template. The sum is in the name: a template whose bytes were replaced is another file. */
export function templatePath(template: Pick<TemplateRef, 'templateId' | 'sha256'>, poolPath: string): string {
  return join(poolPath, 'templates', `${template.templateId}-${template.sha256.slice(0, 16)}.qcow2`);
}

export function volumePath(volume: VolumeRef): string {
  return join(volume.poolPath, 'volumes', `${volume.volumeId}.qcow2`);
}

export function poolFull(poolPath: string, cause?: unknown): DomainError {
  return new DomainError('HYPERVISOR_FAILED', `The pool ${poolPath} is full: free some room in it or use another pool`, { poolPath }, { cause });
}

export function templateMissing(volume: VolumeRef & { template: TemplateRef }): DomainError {
  const { templateId } = volume.template;
  return new DomainError(
    'NOT_FOUND',
    `Volume ${volume.volumeId} needs template ${templateId}, which is not in pool ${volume.poolPath}: fetch it first`,
    { templateId },
  );
}

export function assertBigEnough(volume: VolumeSpec): void {
  if (volume.sizeBytes >= volume.template.virtualSizeBytes) return;
  throw new DomainError('BAD_INPUT', `A disk of ${volume.sizeBytes} bytes is smaller than its template's ${volume.template.virtualSizeBytes}`, {
    volumeId: volume.volumeId,
  });
}

export function volumeMissing(volume: VolumeRef): DomainError {
  return new DomainError('NOT_FOUND', `There is no volume ${volume.volumeId} in pool ${volume.poolPath}`, { volumeId: volume.volumeId });
}

export function checksumMismatch(template: TemplateRef): DomainError {
  const { templateId } = template;
  return new DomainError(
    'CHECKSUM_MISMATCH',
    `The bytes received for template ${templateId} are not the ones that were registered (length or SHA-256 differ)`,
    { templateId },
  );
}

/** What a failed download is to the caller: cancelled, a failure already named, or something worth a retry. */
export function brokenDownload(template: TemplateRef, receivedBytes: number, signal: AbortSignal, cause?: unknown): DomainError {
  const { templateId } = template;
  if (cause instanceof DomainError) return cause;
  if (signal.aborted) return cancelled(`the download of template ${templateId}`, cause);
  return new DomainError(
    'HOST_UNREACHABLE',
    `The download of template ${templateId} broke off after ${receivedBytes} of ${template.sizeBytes} bytes`,
    { templateId },
    { cause },
  );
}
