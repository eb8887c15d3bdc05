import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { AGENT_VERSION_HEADER, CONTRACT_HEADER, needsUpdate, readSpoken } from '@nephos/contracts/agent-contract';
import { AGENT_KEEP_ALIVE_MS, hostReportSchema, joinRequestSchema } from '@nephos/contracts/agent.schema';
import { hostMetricsSchema } from '@nephos/contracts/metrics.schema';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import type { Keys } from '@nephos/secrets/key-file';
import { newId } from '@nephos/model/id';
import { WebSocketServer } from 'ws';
import type { z } from 'zod';
import { readJson, sendError, sendJson } from '../http/json.ts';
import type { AgentService } from '../services/agent.ts';
import type { HostJoinService } from '../services/host-join.ts';
import type { MetricsService } from '../services/metrics.ts';
import type { TemplateService } from '../services/template.ts';
import type { OfferedArchive } from './agent-archive.ts';
import type { Identity } from './certificate-authority.ts';
import type { HostConnections } from './host-connections.ts';
import type { StreamGateway } from './stream-gateway.ts';
import { ARCHIVE_PATH } from './join-command.ts';
import { createTemporalGate } from './temporal-gate.ts';

const REPORT_LIMIT_BYTES = 16 * 1024 * 1024;
const JOIN_LIMIT_BYTES = 64 * 1024;
const JOIN_TIMEOUT_MS = 30_000;

export interface AgentEndpointParts {
  identity: Identity;
  caCertificate: string;
  archive: OfferedArchive | undefined;
  temporalAddress: string;
  keys: Keys;
  connections: HostConnections;
  joining: HostJoinService;
  agents: AgentService;
  metrics: MetricsService;
  templates: TemplateService;
  streams: StreamGateway;
  log: Logger;
}

/**
 * The one door for hosts, over TLS. With the certificate of a host, HTTP/1.1 is the agents' own protocol and HTTP/2 their way to Temporal,
 * through a gate. Without one there is a server of its own that knows nothing but how to join and the agent's archive; whatever else comes is cut off.
 */
export function createAgentEndpoint(parts: AgentEndpointParts) {
  const { identity, caCertificate, connections, log } = parts;
  const gate = createTemporalGate(parts);
  const http = createServer((request, response) => void answer(parts, request, response));
  http.keepAliveTimeout = AGENT_KEEP_ALIVE_MS + 5_000; // the agent closes first, so it never asks over a connection that is being closed
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  http.on('upgrade', (request, socket, head) => {
    const hostId = hostIdOf(request);
    if (!hostId) return void socket.destroy();
    if (needsUpdate(readSpoken(request.headers[CONTRACT_HEADER]))) return void socket.end('HTTP/1.1 409 Conflict\r\n\r\n'); // its reports say why
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (request.url === '/agent/channel') parts.streams.addChannel(hostId, webSocket);
      else if (request.url === '/agent/stream') parts.streams.addStream(hostId, webSocket);
      else webSocket.close(4404, 'no such path');
    });
  });

  const server = createTlsServer({
    cert: identity.certificate,
    key: identity.privateKey,
    ca: caCertificate,
    requestCert: true,
    rejectUnauthorized: false, // `secureConnection` decides: one that has no certificate yet may join
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  const joinServer = createServer({ requestTimeout: JOIN_TIMEOUT_MS }, (request, response) => void answerJoin(parts, request, response));
  joinServer.maxRequestsPerSocket = 1;
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    welcome(socket).catch((error: unknown) => {
      log.warn({ err: error, address: socket.remoteAddress }, 'it could not be asked whose a connection is; the agent tries again');
      socket.destroy();
    });
  });
  async function welcome(socket: TLSSocket): Promise<void> {
    if (!socket.getPeerX509Certificate() && socket.alpnProtocol !== 'h2') return void joinServer.emit('connection', socket);
    const hostId = await connections.admit(socket);
    if (!hostId) {
      log.info({ address: socket.remoteAddress }, 'a connection without the certificate of a host was refused');
      socket.destroy();
    } else if (socket.alpnProtocol === 'h2') gate.accept(socket);
    else {
      hostIds.set(socket, hostId);
      http.emit('connection', socket);
    }
  }
  server.on('tlsClientError', (error, socket) =>
    log.info({ err: error, address: socket.remoteAddress }, 'a connection to the agent endpoint was refused'),
  );

  return {
    listen: (host: string, port: number) =>
      new Promise<number>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      joinServer.closeAllConnections();
      gate.close();
      server.close();
    },
  };
}

async function answer({ agents, metrics, templates, log }: AgentEndpointParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newId();
  const hostId = hostIdOf(request);
  const url = new URL(request.url ?? '/', 'https://api');
  try {
    if (!hostId) throw new DomainError('UNAUTHENTICATED', 'The certificate names no host.');
    const spoken = readSpoken(request.headers[CONTRACT_HEADER]);
    await agents.assertFit(hostId, spoken, String(request.headers[AGENT_VERSION_HEADER] ?? '').slice(0, 100));
    const [, , what, id] = url.pathname.split('/');
    if (request.method === 'POST' && what === 'report') {
      const report = parse(hostReportSchema, await readJson(request, REPORT_LIMIT_BYTES));
      return sendJson(response, 200, await agents.report(hostId, report, spoken));
    }
    if (request.method === 'POST' && what === 'metrics') {
      const told = parse(hostMetricsSchema, await readJson(request, REPORT_LIMIT_BYTES));
      return sendJson(response, 200, await metrics.take(hostId, told));
    }
    if (request.method === 'GET' && what === 'state') return sendJson(response, 200, await agents.describeHost(hostId));
    if (request.method === 'GET' && what === 'routers' && id) return sendJson(response, 200, await agents.describeRouter(hostId, id));
    if (request.method === 'GET' && what === 'templates' && id) {
      if (!(await agents.mayReadTemplate(hostId, id)))
        throw new DomainError('NOT_FOUND', `This host has no claim for an instance of template ${id}.`, { templateId: id });
      const image = await templates.openImage(id, Number(url.searchParams.get('offset') ?? 0));
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      return await pipeline(image, response);
    }
    throw new DomainError('NOT_FOUND', `There is nothing at ${request.method} ${url.pathname}.`);
  } catch (error) {
    if (error instanceof DomainError) log.info({ hostId, path: url.pathname, code: error.code, requestId }, 'an agent was refused');
    else log.error({ hostId, path: url.pathname, requestId, err: error }, 'an agent could not be answered');
    sendError(response, error, requestId);
  }
}

/** For a machine that is no host yet. The token is in the body, never in an address. */
async function answerJoin({ joining, archive, log }: AgentEndpointParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newId();
  try {
    if (request.method === 'GET' && request.url === ARCHIVE_PATH) {
      if (archive) return await archive.sendTo(response);
      throw new DomainError('NOT_FOUND', 'This cloud has no archive of the agent to offer: it was not built.');
    }
    if (request.method !== 'POST' || request.url !== '/agent/join')
      throw new DomainError('UNAUTHENTICATED', 'Without the certificate of a host one can only join here, or fetch the agent.');
    sendJson(response, 200, await joining.join(parse(joinRequestSchema, await readJson(request, JOIN_LIMIT_BYTES))));
  } catch (error) {
    if (error instanceof DomainError) log.warn({ address: request.socket.remoteAddress, code: error.code, requestId }, 'a machine could not join');
    else log.error({ address: request.socket.remoteAddress, requestId, err: error }, 'a machine that wants to join could not be answered');
    sendError(response, error, requestId);
  }
}

/** Whose the admitted connections are. */
const hostIds = new WeakMap<object, string>();

function hostIdOf({ socket }: IncomingMessage): string | undefined {
  return hostIds.get(socket);
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DomainError(
    'BAD_INPUT',
    `What was sent does not fit: ${issue?.path.join('.')}: ${issue?.message}. Agent and API may be of different versions.`,
  );
}
