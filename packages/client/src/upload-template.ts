import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TRPCClient } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from './app-router.ts';
import { isRecord, NephosError, readAnswer, toNephosError } from './error.ts';
import { authorization, type Server } from './links.ts';

export type Template = inferRouterOutputs<AppRouter>['template']['get'];

export interface UploadOptions {
  onProgress?: (progress: { sentBytes: number; totalBytes: number }) => void;
  signal?: AbortSignal;
}

interface Parts {
  server: Server;
  api: TRPCClient<AppRouter>;
}

const TRIES = 5;
const FIRST_PAUSE_MS = 500;

/**
 * Sends what the server hasn't got of a template's file. A connection that breaks is tried again a few times, each time from
 * where the server is. Resolves with the template, `ready`; throws CHECKSUM_MISMATCH or IMAGE_REFUSED when it isn't what was announced.
 */
export async function uploadTemplate(parts: Parts, templateId: string, file: string, options: UploadOptions = {}): Promise<Template> {
  const { size } = await stat(file);
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendRest(parts, templateId, { file, totalBytes: size }, options);
    } catch (error) {
      if (attempt >= TRIES || !isWorthAnotherTry(error)) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, options.signal && { signal: options.signal });
    }
  }
}

async function sendRest(
  { server, api }: Parts,
  templateId: string,
  { file, totalBytes }: { file: string; totalBytes: number },
  { onProgress, signal }: UploadOptions,
): Promise<Template> {
  const known = await api.template.get.query({ templateId });
  if (known.state === 'ready') return known; // an earlier try's last byte came, its answer didn't
  if (known.sizeBytes !== totalBytes)
    throw new NephosError('BAD_INPUT', `${file} has ${totalBytes} bytes; the template was announced with ${known.sizeBytes}.`);
  const offset = await findOffset(server, templateId, signal);
  const chunks = readFrom(file, offset, (sentBytes) => onProgress?.({ sentBytes, totalBytes }));
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await chunks.return()),
  });
  await put(server, templateId, offset, body, signal);
  return api.template.get.query({ templateId });
}

async function* readFrom(
  file: string,
  offset: number,
  onSent: (sentBytes: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let sentBytes = offset;
  for await (const chunk of createReadStream(file, { start: offset })) {
    yield Uint8Array.from(chunk);
    sentBytes += chunk.length;
    onSent(sentBytes);
  }
}

/** An upload of nothing from the beginning: either it begins there, or the refusal says where to go on. */
async function findOffset(server: Server, templateId: string, signal: AbortSignal | undefined): Promise<number> {
  try {
    await put(server, templateId, 0, '', signal);
    return 0;
  } catch (error) {
    const received = error instanceof NephosError && error.code === 'CONFLICT' ? error.details['receivedBytes'] : undefined;
    if (typeof received === 'number') return received;
    throw error;
  }
}

async function put(
  server: Server,
  templateId: string,
  offset: number,
  body: ReadableStream<Uint8Array<ArrayBuffer>> | string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const url = new URL('/api/v1/template.upload', server.url);
  url.search = new URLSearchParams({ templateId, offset: String(offset) }).toString();
  const request: RequestInit & { duplex: 'half' } = {
    method: 'PUT',
    headers: authorization(server),
    body,
    duplex: 'half',
    ...(signal && { signal }),
  };
  let answer: unknown;
  let isDone = false;
  try {
    const response = await server.fetch(url, request);
    isDone = response.ok;
    answer = await response.json();
  } catch (error) {
    throw toNephosError(error, server.url);
  }
  if (isDone && isRecord(answer)) return;
  const refusal = readAnswer(answer);
  throw new NephosError(refusal?.code ?? 'UNREACHABLE', refusal?.message ?? 'The answer is not one of Nephos.', refusal);
}

/** The connection broke, or the server has not noticed yet that the one before did. */
function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof NephosError && (error.code === 'UNREACHABLE' || error.code === 'CONFLICT');
}
