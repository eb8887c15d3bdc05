import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { WebSocketServer, type WebSocket } from 'ws';
import { join } from '../agent/stream-gateway.ts';
import { requestIdOf } from './caller.ts';

const ASK_WITHIN_MS = 10_000;
const REFUSED = 4400;

interface Asked {
  /** What the first message says, read as JSON; undefined when it isn't any. */
  message: unknown;
  socket: WebSocket;
  request: IncomingMessage;
  requestId: string;
}

/**
 * WebSockets whose first message says who asks and for what, so that no secret is in an address. It is answered by `{"ok":true}`,
 * from where on everything is the far end's, or by `{"ok":false, code, message}`.
 */
export function answerFirstMessage(open: (asked: Asked) => Promise<WebSocket>, log: Logger) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const requestId = requestIdOf(request);
    sockets.handleUpgrade(request, socket, head, (client) => {
      const timer = setTimeout(() => client.close(4408, 'nothing was asked in time'), ASK_WITHIN_MS);
      client.on('error', (error) => log.info({ err: error, requestId }, 'a connection of a client broke'));
      client.once('message', (message) => {
        clearTimeout(timer);
        client.pause();
        void (async () => {
          const far = await open({ message: jsonOf(String(message)), socket: client, request, requestId });
          if (client.readyState !== client.OPEN) return far.terminate(); // it left while the far end was dialled
          client.send('{"ok":true}');
          join(client, far);
        })().catch((error: unknown) => {
          const told =
            error instanceof DomainError
              ? { code: error.code, message: error.message }
              : { code: 'UNEXPECTED', message: 'Something went wrong on our side.' };
          if (!(error instanceof DomainError)) log.error({ err: error, requestId }, 'a connection could not be made');
          client.send(JSON.stringify({ ok: false, ...told, requestId }));
          client.resume(); // else its answer to the close is never read
          client.close(REFUSED);
        });
      });
    });
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
