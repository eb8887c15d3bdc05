import { createHash } from 'node:crypto';
import { DomainError } from '@nephos/model/errors';
import { transaction, type Db, type Tx } from './database.ts';
import type { Prisma } from './prisma.ts';

/** A caller's promise that two requests with this key are one. */
export interface Idempotency {
  userId: string;
  key: string;
  /** What was asked: procedure and input. */
  request: unknown;
}

/**
 * Runs `work` in one transaction, at most once for a key: the key's row is written in the same transaction, so a second
 * request waits for the first to commit and then gets its answer. The same key with other input is a CONFLICT.
 */
export async function transactOnce<T extends Prisma.InputJsonValue>(
  db: Db,
  idempotency: Idempotency | undefined,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  if (!idempotency) return transaction(db, work);
  const { userId, key } = idempotency;
  const inputHash = createHash('sha256').update(JSON.stringify(idempotency.request)).digest('hex');
  return transaction(db, async (tx) => {
    const inserted = await tx.$executeRaw`
      INSERT INTO idempotency_key (user_id, key, input_hash) VALUES (${userId}::uuid, ${key}, ${inputHash}) ON CONFLICT DO NOTHING`;
    const where = { userId_key: { userId, key } };
    if (inserted === 0) {
      const before = await tx.idempotencyKey.findUniqueOrThrow({ where });
      if (before.inputHash !== inputHash) {
        throw new DomainError(
          'CONFLICT',
          `The idempotency key ${key} was used for another request in the last 24 hours. Use a new key for a new request.`,
          { key },
        );
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written below by the same procedure, whose output schema checks it again
      return before.response as T;
    }
    const response = await work(tx);
    await tx.idempotencyKey.update({ where, data: { response } });
    return response;
  });
}
