import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { isRecord, NephosError, readAnswer, toNephosError } from './error.ts';
import type { Server } from './links.ts';

export interface ConnectOptions {
  signal?: AbortSignal;
}

/** A stream to a port of an instance. Throws what the server says, like INVALID_STATE for an instance that doesn't run. */
export function connectTo(
  { url, token }: Pick<Server, 'url' | 'token'>,
  instanceId: string,
  port: number,
  options?: ConnectOptions,
): Promise<Duplex> {
  return openStream(new URL('/connect', url), { token: token ?? '', instanceId, port }, options);
}

/** The console that a token of `instance.openConsole` is for. */
export function openConsole({ url }: Pick<Server, 'url'>, token: string, options?: ConnectOptions): Promise<Duplex> {
  return openStream(new URL('/console', url), { token }, options);
}

/** What is asked for goes in the first message, never in the URL; after the server's `{"ok":true}` every byte is the guest's. */
function openStream(address: URL, hello: object, { signal }: ConnectOptions = {}): Promise<Duplex> {
  const url = address.origin;
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  return new Promise<Duplex>((resolve, reject) => {
    const fail = (error: NephosError) => {
      signal?.removeEventListener('abort', onAbort);
      socket.terminate();
      reject(error);
    };
    const onAbort = () => fail(new NephosError('ABORTED', 'The connection was given up.'));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) return onAbort();
    socket.on('error', (error) => fail(toNephosError(error, url)));
    socket.once('close', () => fail(new NephosError('UNREACHABLE', `${url} closed the connection without an answer.`)));
    socket.once('open', () => socket.send(JSON.stringify(hello)));
    socket.once('message', (message) => {
      const answer = parse(String(message));
      if (!isRecord(answer) || answer['ok'] !== true) {
        const refusal = readAnswer(answer);
        return fail(new NephosError(refusal?.code ?? 'UNREACHABLE', refusal?.message ?? `${url} gave an answer that is not one of Nephos.`, refusal));
      }
      // At once: the guest's first bytes may be in the same packet.
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners('close');
      socket.removeAllListeners('error');
      resolve(createWebSocketStream(socket));
    });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
