import { Readable } from 'node:stream';
import { AGENT_CONTRACT, spokenHeaders, type Spoken } from '@nephos/contracts/agent-contract';
import {
  AGENT_KEEP_ALIVE_MS,
  hostStateSchema,
  reportAnswerSchema,
  type AgentConfig,
  type HostReport,
  type HostState,
} from '@nephos/contracts/agent.schema';
import { metricsAnswerSchema, type HostMetrics } from '@nephos/contracts/metrics.schema';
import { desiredRouterSchema, type DesiredRouter } from '@nephos/contracts/desired-network';
import type { FetchTemplate } from '@nephos/drivers/hypervisor-driver';
import { DomainError, isErrorCode } from '@nephos/model/errors';
import { Agent, request } from 'undici';
import type { z } from 'zod';
import { AGENT_VERSION } from './version.ts';

/** The control plane as an agent sees it: HTTPS with the host's own certificate, to the cloud's own authority. */
export interface ControlPlane {
  report(report: HostReport, signal: AbortSignal): Promise<z.output<typeof reportAnswerSchema>>;
  sendMetrics(metrics: HostMetrics, signal: AbortSignal): Promise<z.output<typeof metricsAnswerSchema>>;
  fetchState(signal: AbortSignal): Promise<HostState>;
  fetchRouter(routerId: string, signal: AbortSignal): Promise<DesiredRouter>;
  fetchTemplate: FetchTemplate;
  /** How far this machine's clock is ahead of the control plane's, by its last answer, which says whole seconds. Undefined before one. */
  clockAheadMs(): number | undefined;
  close(): Promise<void>;
}

export function connectControlPlane(config: AgentConfig, spoken: Spoken = AGENT_CONTRACT): ControlPlane {
  // HTTP/2 on this port is the way to Temporal.
  const dispatcher = new Agent({
    allowH2: false,
    connect: { ...tlsOf(config), timeout: 10_000 },
    headersTimeout: 30_000,
    bodyTimeout: 60_000,
    connections: 8,
    keepAliveTimeout: AGENT_KEEP_ALIVE_MS, // a full report comes every 15 s, and a TLS handshake for each costs more than the report
  });

  let aheadMs: number | undefined;
  function compareClocks(date: unknown, sentAt: number): void {
    const theirs = Date.parse(String(date)) + 500;
    const now = Date.now();
    if (now - sentAt < 1_000 && !Number.isNaN(theirs)) aheadMs = (sentAt + now) / 2 - theirs; // one that took longer says too little
  }

  async function call(path: string, signal: AbortSignal, body?: unknown) {
    try {
      const sentAt = Date.now();
      const {
        statusCode,
        headers,
        body: answer,
      } = await request(`${config.endpoint}/agent/${path}`, {
        dispatcher,
        signal,
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...spokenHeaders(spoken, AGENT_VERSION), ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      compareClocks(headers['date'], sentAt);
      if (statusCode === 200) return answer;
      // It is there and can't: its database may be away for a moment, which must not fail an operation for good.
      if (statusCode >= 500)
        throw new DomainError('HOST_UNREACHABLE', `The control plane at ${config.endpoint} can't answer now (${statusCode}): ${await answer.text()}`);
      throw refusal(statusCode, await answer.json());
    } catch (error) {
      if (error instanceof DomainError || signal.aborted) throw error;
      throw new DomainError('HOST_UNREACHABLE', `The control plane at ${config.endpoint} does not answer.`, {}, { cause: error });
    }
  }
  const get = async <S extends z.ZodType>(schema: S, path: string, signal: AbortSignal): Promise<z.output<S>> =>
    schema.parse(await (await call(path, signal)).json());

  return {
    report: async (report, signal) => reportAnswerSchema.parse(await (await call('report', signal, report)).json()),
    sendMetrics: async (metrics, signal) => metricsAnswerSchema.parse(await (await call('metrics', signal, metrics)).json()),
    fetchState: (signal) => get(hostStateSchema, 'state', signal),
    fetchRouter: (routerId, signal) => get(desiredRouterSchema, `routers/${routerId}`, signal),
    fetchTemplate: async ({ templateId }, offset, signal) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Node's and the DOM's declarations of one and the same class
      Readable.toWeb(await call(`templates/${templateId}?offset=${offset}`, signal)) as ReadableStream<Uint8Array>,
    clockAheadMs: () => aheadMs,
    close: () => dispatcher.close(),
  };
}

export function tlsOf({ caCertificate, certificate, privateKey }: AgentConfig) {
  return { ca: caCertificate, cert: certificate, key: privateKey };
}

export function refusal(status: number, body: unknown): DomainError {
  const { code, message } =
    typeof body === 'object' && body !== null && 'code' in body && 'message' in body ? body : { code: '', message: `answer ${status}` };
  return new DomainError(typeof code === 'string' && isErrorCode(code) ? code : 'UNEXPECTED', String(message));
}
