import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { AGENT_KEEP_ALIVE_MS, hostReportSchema } from '@nephos/contracts/agent.schema';
import { hostMetricsSchema } from '@nephos/contracts/metrics.schema';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import type { Keys } from '@nephos/secrets/key-file';
import { newId } from '@nephos/model/id';
import { WebSocketServer } from 'ws';
import type { z } from 'zod';
import { readJson, sendError, sendJson } from '../http/json.ts';
import type { AgentService } from '../services/agent.ts';
import type { MetricsService } from '../services/metrics.ts';
import type { TemplateService } from '../services/template.ts';
import type { Identity } from './certificate-authority.ts';
import type { StreamGateway } from './stream-gateway.ts';
import { createTemporalGate } from './temporal-gate.ts';

const REPORT_LIMIT_BYTES = 16 * 1024 * 1024;

export interface AgentEndpointParts {
  identity: Identity;
  caCertificate: string;
  temporalAddress: string;
  keys: Keys;
  agents: AgentService;
  metrics: MetricsService;
  templates: TemplateService;
  streams: StreamGateway;
  log: Logger;
}

/**
 * The one door for hosts: TLS, and only with a certificate that the cloud's authority gave. HTTP/1.1 is the agents' own
 * protocol; HTTP/2 is their way to Temporal, through a gate.
 */
export function createAgentEndpoint(parts: AgentEndpointParts) {
  const { identity, caCertificate, log } = parts;
  const gate = createTemporalGate(parts);
  const http = createServer((request, response) => void answer(parts, request, response));
  http.keepAliveTimeout = AGENT_KEEP_ALIVE_MS + 5_000; // the agent closes first, so it never asks over a connection that is being closed
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  http.on('upgrade', (request, socket, head) => {
    const hostId = hostIdOf(request);
    if (!hostId) return void socket.destroy();
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
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === 'h2') gate.accept(socket);
    else http.emit('connection', socket);
  });
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
    const [, , what, id] = url.pathname.split('/');
    if (request.method === 'POST' && what === 'report') {
      const report = parse(hostReportSchema, await readJson(request, REPORT_LIMIT_BYTES));
      return sendJson(response, 200, await agents.report(hostId, report));
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

const hostIds = new WeakMap<object, string>();

/** Who the other side is: the common name of a certificate that our authority gave. Looked at once per connection, for it costs as much as a report. */
function hostIdOf({ socket }: IncomingMessage): string | undefined {
  const known = hostIds.get(socket);
  if (known !== undefined) return known;
  const name = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate().subject.CN : undefined;
  if (typeof name !== 'string') return undefined;
  hostIds.set(socket, name);
  return name;
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DomainError(
    'BAD_INPUT',
    `The report does not fit: ${issue?.path.join('.')}: ${issue?.message}. Agent and API may be of different versions.`,
  );
}
