import { assertMay } from '@nephos/authz/ability';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { z } from 'zod';
import { appRouter } from '../app-router.ts';
import type { Metrics } from '../metrics.ts';
import { openApiDocument } from '../openapi.ts';
import type { Request } from '../request.ts';
import type { ConnectionService } from '../services/connection.ts';
import type { Services } from '../services/services.ts';
import type { Context } from '../trpc.ts';
import { assertOwnPage, authenticate, headerOf, requestIdOf, urlOf } from './caller.ts';
import { connectTo } from './connect.ts';
import { exportEvents } from './event-export.ts';
import { sendError, sendJson } from './json.ts';
import { clientAddress, forwardTo, isForPage, type Pages } from './pages.ts';

const API = '/api/v1/';
/** The one procedure whose answer does not end. */
const STREAM = 'change.watch';
export const RECHECK_STREAMS_MS = 15_000;
const RETURN_AFTER_MS = 500;

export interface ServerParts {
  services: Services & { connection: ConnectionService };
  metrics: Metrics;
  /** Names what is not ready; empty when all is. */
  findUnready: () => Promise<string[]>;
  log: Logger;
  /** Without it there are no pages, and all else is the same. */
  pages?: Pages | undefined;
  /** How often it is asked whether the caller of an open stream may still be there. */
  recheckStreamsMs?: number | undefined;
}

/**
 * The one public origin: `/api/v1` is tRPC, callable as plain HTTP and JSON as `/api/v1/openapi.json` says; `/events` is the
 * change stream; `/connect` and `/console` are WebSockets to an instance; `/healthz`, `/readyz` and `/metrics` are for operators.
 * Everything else is the portal's.
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
  const server = createServer({ requestTimeout: 0, headersTimeout: 30_000 }, (request, response) => {
    answer(parts, trpc, request, response).catch((error: unknown) => {
      const requestId = requestIdOf(request);
      if (!(error instanceof DomainError)) parts.log.error({ err: error, requestId, method: request.method }, 'a request could not be answered');
      sendError(response, error, requestId);
    });
  });
  server.on('upgrade', connectTo(parts));
  return server;
}

async function answer(
  parts: ServerParts,
  trpc: (request: IncomingMessage, response: ServerResponse) => unknown,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = urlOf(request);
  response.setHeader('x-content-type-options', 'nosniff');
  if (request.url?.startsWith(API)) assertOwnPage(request);
  if (pathname === '/healthz') return sendJson(response, 200, { ok: true });
  if (pathname === '/readyz') {
    const unready = await parts.findUnready();
    return sendJson(response, unready.length > 0 ? 503 : 200, { ok: unready.length === 0, unready });
  }
  if (pathname === '/metrics') return sendMetrics(parts, request, response);
  if (pathname === `${API}openapi.json`) return sendJson(response, 200, openApiDocument(appRouter));
  if (pathname === `${API}template.upload` && request.method === 'PUT') return upload(parts, request, response);
  if (pathname === `${API}event.export` && request.method === 'GET') return exportEvents(parts.services, request, response);
  if (pathname === '/events') request.url = `${API}${STREAM}${request.url?.slice('/events'.length) || '?input=%7B%7D'}`;
  if (request.url?.startsWith(API)) {
    const procedure = decode(urlOf(request).pathname.slice(API.length));
    if (procedure === STREAM) {
      await endWithCaller(parts, request, response);
      askBackSoon(response);
    }
    request.headers['content-type'] ??= 'application/json'; // a change without input has no body to name the type of
    const done = parts.metrics.timeRequest();
    response.on('finish', () => done(Object.hasOwn(appRouter._def.procedures, procedure) ? procedure : 'other', response.statusCode));
    return void trpc(request, response);
  }
  if (parts.pages) return forwardTo(parts.pages, request, response, isForPage(request) ? await whereChangesAre(parts) : undefined);
  sendJson(response, 404, { code: 'NOT_FOUND', message: `There is nothing at ${pathname}.` });
}

/** While the database is away there are pages all the same: they begin with asking everything twice. */
function whereChangesAre({ services }: ServerParts): Promise<string | undefined> {
  return services.change.now().catch(() => undefined);
}

/** For operators: a monitoring system sends an administrator's API key as its bearer token. */
async function sendMetrics({ services, metrics }: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const caller = await authenticate(services, request, requestIdOf(request));
  if (!caller) throw new DomainError('UNAUTHENTICATED', 'Metrics are for administrators: send an API key: Authorization: Bearer …');
  assertMay(caller.actor, 'metrics.read');
  response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.text());
}

/** Whoever loses the stream comes back soon, and not all at the same moment; an EventSource by itself waits three seconds. */
function askBackSoon(response: ServerResponse): void {
  const write = response.write.bind(response);
  response.write = (...first: unknown[]): boolean => {
    response.write = write;
    if (response.getHeader('content-type')?.toString().startsWith('text/event-stream'))
      write(`retry: ${Math.round(RETURN_AFTER_MS * (0.5 + Math.random()))}\n\n`);
    return Boolean(Reflect.apply(write, undefined, first));
  };
}

/**
 * Refuses a stream with a status, because an EventSource goes on trying after anything else; and ends it when its caller's
 * session, key, user or account does, which no event tells.
 */
async function endWithCaller(
  { services, recheckStreamsMs = RECHECK_STREAMS_MS, log }: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = requestIdOf(request);
  const isThere = async () => (await authenticate(services, request, requestId)) !== undefined;
  if (!(await isThere())) throw new DomainError('UNAUTHENTICATED', 'Sign in first, or send an API key: Authorization: Bearer …');
  const timer = setInterval(() => {
    isThere().then(
      (still) => void (still || response.destroy()),
      (error: unknown) => log.warn({ err: error, requestId }, 'it could not be asked whether the caller of a stream is still signed in'),
    );
  }, recheckStreamsMs);
  response.once('close', () => clearInterval(timer));
}

async function createContext({ services, log, pages }: ServerParts, request: IncomingMessage): Promise<Context> {
  const requestId = requestIdOf(request);
  const caller = await authenticate(services, request, requestId);
  const idempotencyKey = headerOf(request, 'idempotency-key');
  if (idempotencyKey && idempotencyKey.length > 200) {
    const message = 'An idempotency key has at most 200 characters.';
    throw new TRPCError({ code: 'BAD_REQUEST', message, cause: new DomainError('BAD_INPUT', message, { field: 'idempotency-key' }) });
  }
  return {
    services,
    log,
    requestId,
    caller,
    idempotencyKey,
    address: clientAddress(request, pages),
    userAgent: headerOf(request, 'user-agent') ?? '',
  };
}

/** `PUT /api/v1/template.upload?templateId=…&offset=…` with the bytes as the body: a stream, which tRPC has no way to say. */
async function upload({ services, log }: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = requestIdOf(request);
  const { searchParams } = urlOf(request);
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

/** As tRPC reads a path. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new DomainError('BAD_INPUT', 'The address of the request is none.');
  }
}
