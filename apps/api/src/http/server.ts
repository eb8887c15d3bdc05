import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { join } from '../agent/stream-gateway.ts';
import { appRouter } from '../app-router.ts';
import type { Metrics } from '../metrics.ts';
import { openApiDocument } from '../openapi.ts';
import type { Request } from '../request.ts';
import type { Caller } from '../services/authentication.ts';
import type { ConnectionService } from '../services/connection.ts';
import type { Services } from '../services/services.ts';
import type { Context } from '../trpc.ts';
import { sendError, sendJson } from './json.ts';

const API = '/api/v1/';
const CONNECT_WITHIN_MS = 10_000;
const connectSchema = z.object({ token: z.string(), instanceId: z.uuid(), port: z.int().min(1).max(65_535).default(22) });

export interface ServerParts {
  services: Services & { connection: ConnectionService };
  metrics: Metrics;
  /** Names what is not ready; empty when all is. */
  findUnready: () => Promise<string[]>;
  log: Logger;
}

/**
 * The one public origin: `/api/v1` is tRPC, callable as plain HTTP and JSON as `/api/v1/openapi.json` says; `/events` is the
 * change stream; `/connect` is a WebSocket to a port of an instance; `/healthz`, `/readyz` and `/metrics` are for operators.
 */
export function createApiServer(parts: ServerParts) {
  const trpc = createHTTPHandler({
    router: appRouter,
    basePath: API,
    allowBatching: true,
    maxBodySize: 4 * 1024 * 1024,
    createContext: ({ req }) => createContext(parts, req),
    responseMeta: ({ ctx }) => ({ headers: new Headers(ctx ? { 'x-request-id': ctx.requestId, 'cache-control': 'no-store' } : {}) }),
  });
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000 }, (request, response) => void answer(parts, trpc, request, response));
  server.on('upgrade', connectTo(parts));
  return server;
}

async function answer(parts: ServerParts, trpc: (request: IncomingMessage, response: ServerResponse) => unknown, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://api');
  response.setHeader('x-content-type-options', 'nosniff');
  if (pathname === '/healthz') return sendJson(response, 200, { ok: true });
  if (pathname === '/readyz') {
    const unready = await parts.findUnready();
    return sendJson(response, unready.length > 0 ? 503 : 200, { ok: unready.length === 0, unready });
  }
  if (pathname === '/metrics') return void response.writeHead(200, { 'content-type': parts.metrics.contentType }).end(await parts.metrics.text());
  if (pathname === `${API}openapi.json`) return sendJson(response, 200, openApiDocument(appRouter));
  if (pathname === `${API}template.upload` && request.method === 'PUT') return upload(parts, request, response);
  if (pathname === '/events') request.url = `${API}change.watch${request.url?.slice('/events'.length) || '?input=%7B%7D'}`;
  if (request.url?.startsWith(API)) {
    const done = parts.metrics.timeRequest();
    response.on('finish', () => done(pathname.slice(API.length), response.statusCode));
    return void trpc(request, response);
  }
  sendJson(response, 404, { code: 'NOT_FOUND', message: `There is nothing at ${pathname}.` });
}

async function createContext({ services, log }: ServerParts, request: IncomingMessage): Promise<Context> {
  const requestId = requestIdOf(request);
  const caller = await authenticate(services, request, requestId);
  const idempotencyKey = headerOf(request, 'idempotency-key');
  if (idempotencyKey && idempotencyKey.length > 200) throw new DomainError('BAD_INPUT', 'An idempotency key has at most 200 characters.');
  return { services, log, requestId, caller, idempotencyKey, address: request.socket.remoteAddress ?? '' };
}

async function authenticate(services: Services, request: IncomingMessage, requestId: string): Promise<Caller | undefined> {
  const token = /^Bearer (\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  return token ? services.authentication.authenticate(token, requestId).catch(refuseUnknown) : undefined;
}

/** A token that nobody knows is nobody: the procedure then says what to do. */
function refuseUnknown(error: unknown): undefined {
  if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') return undefined;
  throw error;
}

/** `PUT /api/v1/template.upload?templateId=…&offset=…` with the bytes as the body: a stream, which tRPC has no way to say. */
async function upload({ services, log }: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = requestIdOf(request);
  const { searchParams } = new URL(request.url ?? '/', 'http://api');
  try {
    const caller = await authenticate(services, request, requestId);
    if (!caller) throw new DomainError('UNAUTHENTICATED', 'Sign in first, or send an API key: Authorization: Bearer …');
    const query = z.object({ templateId: z.uuid(), offset: z.coerce.number().int().min(0).default(0) }).safeParse(Object.fromEntries(searchParams));
    if (!query.success) throw new DomainError('BAD_INPUT', 'An upload names its templateId, and the offset it goes on from.');
    const started: Request = { actor: caller.actor };
    sendJson(response, 200, await services.template.upload(started, query.data.templateId, query.data.offset, request));
  } catch (error) {
    if (!(error instanceof DomainError)) log.error({ err: error, requestId }, 'an upload failed');
    sendError(response, error, requestId);
  }
}

/** Streams to instances. The first message says who asks and for what; after `{"ok":true}` the bytes are the guest's. */
function connectTo({ services, log }: ServerParts) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  return (request: IncomingMessage, socket: import('node:stream').Duplex, head: Buffer): void => {
    if (new URL(request.url ?? '/', 'http://api').pathname !== '/connect') return void socket.destroy();
    const requestId = requestIdOf(request);
    sockets.handleUpgrade(request, socket, head, (client) => {
      const timer = setTimeout(() => client.close(4408, 'nothing was asked in time'), CONNECT_WITHIN_MS);
      client.on('error', (error) => log.info({ err: error, requestId }, 'a connection of a client broke'));
      client.once('message', (message) => {
        clearTimeout(timer);
        client.pause();
        void (async () => {
          const asked = connectSchema.safeParse(JSON.parse(String(message)));
          if (!asked.success) throw new DomainError('BAD_INPUT', 'The first message is {"token", "instanceId", "port"}.');
          const { actor } = await services.authentication.authenticate(asked.data.token, requestId);
          const far = await services.connection.connect({ actor }, asked.data);
          client.send('{"ok":true}');
          join(client, far);
        })().catch((error: unknown) => {
          const told = error instanceof DomainError ? { code: error.code, message: error.message } : { code: 'UNEXPECTED', message: 'Something went wrong on our side.' };
          if (!(error instanceof DomainError)) log.error({ err: error, requestId }, 'a connection could not be made');
          client.send(JSON.stringify({ ok: false, ...told, requestId }));
          client.close(4400);
        });
      });
    });
  };
}

/** The caller's own, if it has one that is harmless to log; else a new one. */
function requestIdOf(request: IncomingMessage): string {
  const given = headerOf(request, 'x-request-id');
  return given && /^[\w-]{8,64}$/.test(given) ? given : newId();
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
