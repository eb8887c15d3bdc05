import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '@nephos/model/errors';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { join } from '../agent/stream-gateway.ts';
import { requestIdOf } from './caller.ts';
import type { ServerParts } from './server.ts';

const CONNECT_WITHIN_MS = 10_000;
const connectSchema = z.object({ token: z.string(), instanceId: z.uuid(), port: z.int().min(1).max(65_535).default(22) });

/** Streams to instances. The first message says who asks and for what; after `{"ok":true}` the bytes are the guest's. */
export function connectTo({ services, log }: ServerParts) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split('?')[0] !== '/connect') return void socket.destroy();
    const requestId = requestIdOf(request);
    sockets.handleUpgrade(request, socket, head, (client) => {
      const timer = setTimeout(() => client.close(4408, 'nothing was asked in time'), CONNECT_WITHIN_MS);
      client.on('error', (error) => log.info({ err: error, requestId }, 'a connection of a client broke'));
      client.once('message', (message) => {
        clearTimeout(timer);
        client.pause();
        void (async () => {
          const asked = connectSchema.safeParse(jsonOf(String(message)));
          if (!asked.success) throw new DomainError('BAD_INPUT', 'The first message is {"token", "instanceId", "port"}.');
          const { actor } = await services.authentication.authenticate(asked.data.token, requestId);
          const far = await services.connection.connect({ actor }, asked.data);
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
          client.close(4400);
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
