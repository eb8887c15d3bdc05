import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { DomainError } from '@nephos/model/errors';

const PAGE = 100;
// gRPC's own numbers (google/rpc/code.proto)
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
/** One payload of many, sealed with a key that has been taken out of the key file: the rest is worth reading. */
const UNREADABLE = '(it cannot be opened)';

export interface HistoryEvent {
  id: number;
  time: string;
  /** Like ACTIVITY_TASK_SCHEDULED. */
  type: string;
  attributes: Record<string, unknown>;
}
export interface HistoryPage {
  events: HistoryEvent[];
  nextCursor: string | null;
}

/**
 * A page of what Temporal kept of a workflow, decoded; undefined when it knows none of that id (any more). What travelled as
 * payloads is passed through `show`. Throws BAD_INPUT for a cursor of another history.
 */
export async function readHistory(
  client: Client,
  { workflowId, cursor, show }: { workflowId: string; cursor?: string | undefined; show: (value: unknown) => unknown },
): Promise<HistoryPage | undefined> {
  const answer = await client.workflowService
    .getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: PAGE,
      ...(cursor && { nextPageToken: Buffer.from(cursor, 'base64url') }),
    })
    .catch((error: unknown) => {
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
      if (code === NOT_FOUND) return undefined;
      if (code === INVALID_ARGUMENT && cursor)
        throw new DomainError('BAD_INPUT', 'This cursor does not belong to this history. Start again without a cursor.', { field: 'cursor' });
      throw error;
    });
  if (!answer) return undefined;
  const events = answer.history?.events ?? [];
  const token = answer.nextPageToken;
  return {
    events: await Promise.all(events.map((event) => toEvent(client, event, show))),
    nextCursor: token.length > 0 ? Buffer.from(token).toString('base64url') : null,
  };
}

async function toEvent(client: Client, event: proto.temporal.api.history.v1.IHistoryEvent, show: (value: unknown) => unknown): Promise<HistoryEvent> {
  const { HistoryEvent: wire } = proto.temporal.api.history.v1;
  const plain: Record<string, unknown> = wire.toObject(wire.fromObject(event), { enums: String, longs: Number });
  const attributes = Object.entries(plain).find(([name]) => name.endsWith('EventAttributes'))?.[1];
  const decoded = await decode(client, attributes ?? {}, show);
  const seconds = Number(event.eventTime?.seconds ?? 0);
  return {
    id: Number(event.eventId ?? 0),
    time: new Date(seconds * 1_000 + (event.eventTime?.nanos ?? 0) / 1_000_000).toISOString(),
    type: String(plain['eventType']).replace(/^EVENT_TYPE_/, ''),
    attributes: Object.fromEntries(Object.entries(Object(decoded))),
  };
}

/** The same with every payload in it read, wherever it is. */
async function decode(client: Client, value: unknown, show: (value: unknown) => unknown): Promise<unknown> {
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  if (Array.isArray(value)) return Promise.all(value.map((one) => decode(client, one, show)));
  if (typeof value !== 'object' || value === null) return value;
  if (isPayload(value)) return readPayload(client, value).then(show, () => UNREADABLE);
  return Object.fromEntries(
    await Promise.all(Object.entries(value).map(async ([name, inner]) => [name, await decode(client, inner, show)] as const)),
  );
}

type Payload = proto.temporal.api.common.v1.IPayload;

async function readPayload(client: Client, payload: Payload): Promise<unknown> {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  let payloads: Payload[] = [payload];
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  const [plain] = payloads;
  return plain ? payloadConverter.fromPayload<unknown>(plain) : null;
}

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && value.data instanceof Uint8Array;
}
