import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXPORT_FORMATS, exportEventsSchema, type EventDto } from '@nephos/contracts/event.schema';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import type { Services } from '../services/services.ts';
import { authenticate, requestIdOf, urlOf } from './caller.ts';

const COLUMNS = {
  time: (event) => event.createdAt,
  kind: (event) => event.kind,
  message: (event) => event.message,
  account: (event) => event.accountName ?? event.accountId,
  actor: (event) => event.actorName ?? event.actorUserId,
  'resource type': (event) => event.resourceType,
  'resource id': (event) => event.resourceId,
  'operation id': (event) => event.operationId,
  'request id': (event) => event.requestId,
} as const satisfies Record<string, (event: EventDto) => string | null>;

const querySchema = z.object({ format: z.enum(EXPORT_FORMATS), input: exportEventsSchema });

/** `GET /api/v1/event.export?format=csv&input={…}`: every event that the caller may see and that matches, as a file. */
export async function exportEvents(services: Services, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const caller = await authenticate(services, request, requestIdOf(request));
  if (!caller) throw new DomainError('UNAUTHENTICATED', 'Sign in first, or send an API key: Authorization: Bearer …');
  const { format, input } = readQuery(urlOf(request).searchParams);
  const events = await services.event.export({ actor: caller.actor }, input);
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json';
  response.writeHead(200, {
    'content-type': type,
    'content-disposition': `attachment; filename="nephos-events-${new Date().toISOString().slice(0, 10)}.${format}"`,
    'cache-control': 'no-store',
  });
  await pipeline(Readable.from(format === 'csv' ? asCsv(events) : asJson(events)), response); // one that breaks off is cut, so that nobody takes it for whole
}

function readQuery(params: URLSearchParams): z.output<typeof querySchema> {
  let input: unknown;
  try {
    input = JSON.parse(params.get('input') || '{}');
  } catch {
    input = undefined;
  }
  const read = querySchema.safeParse({ format: params.get('format'), input });
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new DomainError('BAD_INPUT', `${issue?.path.join('.') ?? 'input'}: ${issue?.message ?? ''}`, {
    field: String(issue?.path.at(-1) ?? 'input'),
  });
}

async function* asCsv(events: AsyncIterable<EventDto>): AsyncGenerator<string> {
  yield `${Object.keys(COLUMNS).map(cellOf).join(',')}\r\n`;
  for await (const event of events) {
    const cells = Object.values(COLUMNS).map((column) => cellOf(column(event) ?? ''));
    yield `${cells.join(',')}\r\n`;
  }
}

/**
 * A field of RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection):
 * names and messages come from other people.
 */
export function cellOf(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

async function* asJson(events: AsyncIterable<EventDto>): AsyncGenerator<string> {
  let before = '[\n';
  for await (const event of events) {
    yield `${before}${JSON.stringify(event)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}
