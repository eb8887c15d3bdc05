import { userIdOf, type Actor } from '@nephos/authz/actor';
import { newId } from '@nephos/model/id';
import type { Tx } from './database.ts';
import type { Prisma } from './prisma.ts';

export interface NewEvent {
  /** What happened, in the past tense: `user.signed-in`, `instance.deploy.succeeded`. */
  kind: string;
  actor: Actor;
  actorUserId?: string | null;
  accountId?: string | null;
  resource?: { type: string; id: string };
  operationId?: string;
  message: string;
  details?: Prisma.InputJsonObject;
}

export async function noteEvent(tx: Tx, { actor, resource, ...event }: NewEvent): Promise<void> {
  await tx.event.create({
    data: {
      id: newId(),
      kind: event.kind,
      accountId: event.accountId ?? null,
      actorUserId: event.actorUserId ?? userIdOf(actor),
      resourceType: resource?.type ?? null,
      resourceId: resource?.id ?? null,
      operationId: event.operationId ?? null,
      requestId: actor.requestId ?? null,
      message: event.message,
      details: event.details ?? {},
    },
  });
}
