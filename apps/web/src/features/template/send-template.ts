import { createSha256 } from './sha256.ts';

/** So that the page stays quick while a file is read. */
const READ_BYTES = 1024 ** 2;
/** What a connection that breaks loses at most; each piece goes on where the server is. */
const SENT_BYTES = 32 * 1024 ** 2;
const TRIES = 5;
const PAUSE_MS = 1_000;

export interface Progress {
  doneBytes: number;
  totalBytes: number;
}
type OnProgress = (progress: Progress) => void;

/** In hex. */
export async function hashFile(file: Blob, onProgress: OnProgress, signal: AbortSignal): Promise<string> {
  const hash = createSha256();
  for (let at = 0; at < file.size; at += READ_BYTES) {
    signal.throwIfAborted();
    hash.update(new Uint8Array(await file.slice(at, at + READ_BYTES).arrayBuffer()));
    onProgress({ doneBytes: Math.min(at + READ_BYTES, file.size), totalBytes: file.size });
  }
  return hash.hex();
}

interface Answer {
  receivedBytes?: number;
  code?: string;
  message?: string;
  details?: { receivedBytes?: number };
}

/** Sends a file piece by piece to the template that was announced for it. Throws with the server's words when it refuses. */
export async function sendTemplate(templateId: string, file: Blob, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
  let offset = 0;
  for (let failures = 0; offset < file.size;) {
    signal.throwIfAborted();
    const piece = file.slice(offset, offset + SENT_BYTES);
    const { status, answer } = await put(templateId, offset, piece, signal, (sent) =>
      onProgress({ doneBytes: offset + sent, totalBytes: file.size }),
    );
    const received = answer.receivedBytes ?? answer.details?.receivedBytes;
    if (status === 200 && received !== undefined) {
      offset = received;
      failures = 0;
    } else if ((status === 0 || answer.code === 'CONFLICT') && ++failures < TRIES) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS)); // the connection broke, and the server may not have noticed yet
      if (received !== undefined) offset = received;
    } else throw new Error(answer.message ?? '');
  }
}

/** Fetch can't tell how much of a body is sent. A status of 0 is that nobody answered. */
function put(
  templateId: string,
  offset: number,
  body: Blob,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<{ status: number; answer: Answer }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/template.upload?${new URLSearchParams({ templateId, offset: String(offset) })}`);
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
    request.addEventListener('load', () => resolve({ status: request.status, answer: Object(request.response) }));
    request.addEventListener('error', () => resolve({ status: 0, answer: {} }));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(body);
  });
}
