import { describeProcedures } from './openapi.ts';
import { appRouter } from './app-router.ts';

export const PROCEDURES = describeProcedures(appRouter);
export type Described = (typeof PROCEDURES)[number];

export interface Answer {
  status: number;
  /** Of an error; undefined when the call succeeded. */
  code: string | undefined;
  message: string;
  details: Record<string, unknown>;
  requestId: string | undefined;
  data: unknown;
  /** The answer as it came. */
  body: unknown;
}

interface Told {
  code: string;
  details: Record<string, unknown>;
  requestId: string;
}

/** A procedure's errors are in `error`; what isn't a procedure, or refuses before one, tells them at the top. */
type Body = { error?: { message: string; data: Told }; result?: { data: unknown } } & Partial<Told & { message: string }>;

/** Calls a procedure as plain HTTP and JSON, as the OpenAPI document says. Of a stream only whether it opens. */
export async function call(
  url: string,
  token: string | undefined,
  procedure: string,
  input?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const type = PROCEDURES.find(({ path }) => path === procedure)?.type ?? 'query';
  const target = new URL(`/api/v1/${procedure}`, url);
  if (type !== 'mutation' && input !== undefined) target.search = new URLSearchParams({ input: JSON.stringify(input) }).toString();
  const stop = new AbortController();
  const response = await fetch(target, {
    method: type === 'mutation' ? 'POST' : 'GET',
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(type === 'mutation' && { 'content-type': 'application/json' }), ...headers },
    ...(type === 'mutation' && input !== undefined && { body: JSON.stringify(input) }),
    signal: stop.signal,
  });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const { status } = response;
    stop.abort();
    return { status, code: undefined, message: '', details: {}, requestId: undefined, data: undefined, body: undefined };
  }
  const body = (await response.json()) as Body;
  const told = body.error?.data ?? body;
  return {
    status: response.status,
    code: told.code,
    message: body.error?.message ?? body.message ?? '',
    details: told.details ?? {},
    requestId: told.requestId,
    data: body.result?.data,
    body,
  };
}
