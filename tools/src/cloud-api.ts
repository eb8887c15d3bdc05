import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { loginDto } from '@nephos/contracts/user.schema';
import { operationDetailDto } from '@nephos/contracts/operation.schema';
import { DomainError } from '@nephos/model/errors';
import type { z } from 'zod';

export type OperationDetail = z.output<typeof operationDetailDto>;

/** The API of a running cloud as a patient integrator uses it: plain HTTP and JSON, and the change stream. */
export interface CloudApi {
  readonly url: string;
  readonly token: string;
  query<S extends z.ZodType>(output: S, procedure: string, input?: object): Promise<z.output<S>>;
  /** At most once, by an idempotency key; tried again while the API, or what stands behind it, is away. */
  mutate<S extends z.ZodType>(output: S, procedure: string, input?: object): Promise<z.output<S>>;
  /** Looks now, and again after every change, until `look` finds something. While the API is away it waits for it. */
  until<T>(what: string, look: () => Promise<T | undefined | false>, timeoutMs?: number): Promise<T>;
  /** Makes all who wait look again, for what changes without a record of it. */
  wake(): void;
  untilEnded(operationId: string, timeoutMs?: number): Promise<OperationDetail>;
  close(): void;
}

const RETRY_MS = 200;
const PATIENCE_MS = 120_000;

/** Nobody answers, or who answers can't: it may be otherwise in a moment. */
class Away extends Error {}

export async function openCloudApi(url: string, as: { name: string; password: string } | { token: string }): Promise<CloudApi> {
  const stop = new AbortController();
  const events = new EventEmitter().setMaxListeners(0);
  let token = 'token' in as ? as.token : '';

  async function request(
    method: 'GET' | 'POST',
    procedure: string,
    input: object | undefined,
    headers: Record<string, string> = {},
  ): Promise<unknown> {
    const target = new URL(`/api/v1/${procedure}`, url);
    if (method === 'GET' && input) target.search = new URLSearchParams({ input: JSON.stringify(input) }).toString();
    const response = await fetch(target, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers },
      ...(method === 'POST' && { body: JSON.stringify(input ?? {}) }),
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(30_000)]),
    }).catch((cause: unknown) => Promise.reject(stop.signal.aborted ? cause : new Away(`${procedure}: nobody answers`, { cause })));
    const text = await response.text().catch((cause: unknown) => Promise.reject(new Away(`${procedure}: the answer broke off`, { cause })));
    if (response.status >= 500 && response.status !== 507) throw new Away(`${procedure}: ${response.status} ${text}`);
    const body: { result?: { data: unknown }; error?: { message: string; data: { code: string } } } = JSON.parse(text);
    if (body.result) return body.result.data;
    throw new DomainError('UNEXPECTED', `${procedure}: ${body.error?.data.code} ${body.error?.message ?? text}`, {
      code: body.error?.data.code ?? '',
    });
  }

  const mutate: CloudApi['mutate'] = async (output, procedure, input) => {
    const headers = { 'idempotency-key': randomUUID() };
    for (const giveUpAt = Date.now() + PATIENCE_MS; ;) {
      try {
        return output.parse(await request('POST', procedure, input, headers));
      } catch (error) {
        if (!(error instanceof Away) || Date.now() > giveUpAt) throw error;
        await sleep(RETRY_MS);
      }
    }
  };
  const query: CloudApi['query'] = async (output, procedure, input) => output.parse(await request('GET', procedure, input));

  const until: CloudApi['until'] = async (what, look, timeoutMs = PATIENCE_MS) => {
    const tooLate = AbortSignal.timeout(timeoutMs);
    for (let problem: unknown; ;) {
      const changed = once(events, 'change', { signal: AbortSignal.any([tooLate, stop.signal]) }); // before the look, so that nothing falls between
      changed.catch(() => undefined);
      try {
        const found = await look();
        if (found !== undefined && found !== false) return found;
        problem = undefined;
      } catch (error) {
        if (!(error instanceof Away)) throw error;
        problem = error;
        void sleep(RETRY_MS).then(() => events.emit('change'));
      }
      await changed.catch(() => Promise.reject(new Error(`It did not happen within ${timeoutMs} ms: ${what}`, { cause: problem })));
    }
  };

  /** One stream for all who wait; connected anew it counts as a change, because one may have been missed. */
  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const response = await fetch(`${url}/events`, { headers: { authorization: `Bearer ${token}` }, signal: stop.signal });
        events.emit('change');
        for await (const _ of response.body ?? []) events.emit('change');
      } catch {
        // the loop goes on until we stop
      }
      await sleep(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  if ('password' in as) ({ token } = await mutate(loginDto, 'auth.login', as));
  void follow();
  return {
    url,
    token,
    query,
    mutate,
    until,
    wake: () => void events.emit('change'),
    untilEnded: (operationId, timeoutMs) =>
      until(
        `operation ${operationId} ends`,
        async () => {
          const operation = await query(operationDetailDto, 'operation.get', { operationId });
          return ['succeeded', 'failed', 'cancelled'].includes(operation.state) && operation;
        },
        timeoutMs,
      ),
    close: () => stop.abort(),
  };
}
