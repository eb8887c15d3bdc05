import { httpLink, httpSubscriptionLink, splitLink, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { EventSource } from 'eventsource';
import type { AppRouter } from './app-router.ts';
import { readAnswer, toNephosError } from './error.ts';

export type Fetch = typeof globalThis.fetch;
export interface Server {
  /** The API's origin, like `https://cloud.example.org`. */
  url: string;
  /** An API key, or the token of `auth.login`. Only `auth.login` works without. */
  token?: string | undefined;
  fetch: Fetch;
}

/** Calls go over plain HTTP, one each; the change stream over server-sent events, which reconnect and go on where they were. */
export function linksTo(server: Server): TRPCLink<AppRouter>[] {
  const url = new URL('/api/v1', server.url).href;
  return [
    asNephosErrors(server.url),
    splitLink({
      condition: (op) => op.type === 'subscription',
      true: httpSubscriptionLink({ url, EventSource, eventSourceOptions: ({ op }) => ({ fetch: streamFetch(server, op.context) }) }),
      false: httpLink({
        url,
        fetch: (input, { signal, ...init } = {}) => server.fetch(input, { ...init, signal: signal ?? null }),
        headers: ({ op }) => ({ ...authorization(server), ...idempotencyKey(op.context) }),
      }),
    }),
  ];
}

export function authorization({ token }: Server): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

function idempotencyKey({ idempotencyKey: key }: Record<string, unknown>): Record<string, string> {
  return typeof key === 'string' ? { 'idempotency-key': key } : {};
}

const REFUSAL = 'refusal';

/** An EventSource gives up at any answer that isn't 200, and says nothing of why. A refusal is kept; a server in trouble is tried again. */
function streamFetch(server: Server, context: Record<string, unknown>) {
  return async (input: string | URL, init: { headers: Record<string, string> }): Promise<Response> => {
    const response = await server.fetch(input, { ...init, headers: { ...init.headers, ...authorization(server) } });
    if (response.status >= 500) throw new Error(`The server answered ${response.status}`);
    if (!response.ok) context[REFUSAL] = await response.json().catch(() => undefined);
    return response;
  };
}

function asNephosErrors(url: string): TRPCLink<AppRouter> {
  return () =>
    ({ next, op }) =>
      observable((observer) =>
        next(op).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error: (error) => observer.error(toNephosError(readAnswer(op.context[REFUSAL]) ?? error, url)),
        }),
      );
}
