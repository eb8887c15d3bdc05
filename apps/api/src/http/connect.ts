import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import { headerOf, isOwnPage } from './caller.ts';
import { answerFirstMessage } from './first-message.ts';
import { clientAddress } from './pages.ts';
import type { ServerParts } from './server.ts';

const connectSchema = z.object({ token: z.string(), instanceId: z.uuid(), port: z.int().min(1).max(65_535).default(22) });
const consoleSchema = z.object({ token: z.string() });

/** Streams to instances: `/connect` to a port, `/console` to the screen or the serial line. */
export function connectTo({ services, pages, log }: ServerParts) {
  const toPort = answerFirstMessage(async ({ message, requestId }) => {
    const asked = connectSchema.safeParse(message);
    if (!asked.success) throw new DomainError('BAD_INPUT', 'The first message is {"token", "instanceId", "port"}.');
    const { actor } = await services.authentication.authenticate(asked.data.token, requestId);
    return services.connection.connect({ actor }, asked.data);
  }, log);
  const toConsole = answerFirstMessage(async ({ message, socket, request, requestId }) => {
    const asked = consoleSchema.safeParse(message);
    if (!asked.success) throw new DomainError('BAD_INPUT', 'The first message is {"token"}, of instance.openConsole.');
    return services.console.open(asked.data.token, { socket, address: clientAddress(request, pages), requestId });
  }, log);

  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = request.url?.split('?')[0];
    if (path === '/connect') toPort(request, socket, head);
    else if (path !== '/console') socket.destroy();
    else if (headerOf(request, 'origin') === undefined || isOwnPage(request)) toConsole(request, socket, head);
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'); // a page of somebody else's
  };
}
