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
