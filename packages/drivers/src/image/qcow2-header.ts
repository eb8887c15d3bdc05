import { DomainError } from '@nephos/model/errors';
import { readQcow2Header } from '@nephos/model/qcow2-header';

/** Refuses an image that is not what its template says, or would make a host read other files, before any tool opens it. Throws IMAGE_REFUSED. */
export function checkQcow2Header(header: Uint8Array, declared: { templateId: string; virtualSizeBytes: number }): void {
  const noun = `The image of template ${declared.templateId}`;
  const { virtualSizeBytes } = readQcow2Header(header, noun);
  if (virtualSizeBytes === declared.virtualSizeBytes) return;
  throw new DomainError(
    'IMAGE_REFUSED',
    `${noun} is refused: its disk has ${virtualSizeBytes} bytes where ${declared.virtualSizeBytes} were declared.`,
    { templateId: declared.templateId },
  );
}
