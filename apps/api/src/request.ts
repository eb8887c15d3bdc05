import type { Actor } from '@nephos/authz/actor';
import type { Db, Tx } from '@nephos/db/database';
import { transactOnce, type Idempotency } from '@nephos/db/idempotency.repo';
import type { Prisma } from '@nephos/db/prisma';

/** What a service knows of the request it serves. */
export interface Request {
  actor: Extract<Actor, { kind: 'user' }>;
  idempotency?: Idempotency | undefined;
}

/** One transaction, at most once for the request's idempotency key; a repeated request gets the first one's answer. */
export function once<T extends Prisma.InputJsonValue>(db: Db, request: Request, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transactOnce(db, request.idempotency, work);
}

/** The fields of an input that were given: what is left out is not changed, or not filtered by. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript can't follow the filter, which leaves out nothing but undefined
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
