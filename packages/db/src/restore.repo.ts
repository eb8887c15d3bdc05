import { OPEN_OPERATION_STATES } from '@nephos/model/operation/state';
import type { Tx } from './database.ts';

/** Hosts have seen higher generations than the backup knows: what it is the next time must be higher than all of them. */
const GENERATIONS_AHEAD = 1_000;
const INTERRUPTED = 'The control plane was restored from a backup that was made while this went on. What it left is put in order.';

export interface Restored {
  /** Operations that went on when the backup was made. */
  endedOperations: number;
}

/**
 * Makes records that come from a backup fit to be gone on with. Histories of workflows are not in a backup, so what went on then has failed;
 * the sweep finds what it left and settles it. What was open for somebody (sessions, tokens, remembered requests) is over.
 */
export async function settleAfterRestore(tx: Tx, { imagesWere, imagesAre }: { imagesWere: string; imagesAre: string }): Promise<Restored> {
  const open = [...OPEN_OPERATION_STATES];
  const failed = { state: 'failed', errorCode: 'CANCELLED', errorMessage: INTERRUPTED, endedAt: new Date() };
  await tx.step.updateMany({ where: { endedAt: null, operation: { state: { in: open } } }, data: failed });
  await tx.operationWaiter.deleteMany();
  const { count } = await tx.operation.updateMany({ where: { state: { in: open } }, data: failed });

  await tx.host.updateMany({ where: { state: 'connected' }, data: { state: 'disconnected' } });
  await tx.host.updateMany({ data: { joinTokenHash: null, joinTokenExpiresAt: null } });
  // A guest that runs is known by its generation, and is kept. One that did not run then must not be taken for one that was started since.
  await tx.$executeRaw`
    UPDATE instance SET generation = generation + ${GENERATIONS_AHEAD} WHERE NOT EXISTS (SELECT FROM host_allocation WHERE resource_id = instance.id)`;
  await tx.$executeRaw`
    UPDATE router SET generation = generation + ${GENERATIONS_AHEAD} WHERE NOT EXISTS (SELECT FROM host_allocation WHERE resource_id = router.id)`;

  await tx.session.deleteMany();
  await tx.console.deleteMany();
  await tx.idempotencyKey.deleteMany();
  await tx.change.deleteMany();
  await tx.$executeRaw`
    UPDATE image_store SET path = ${imagesAre} || substr(path, length(${imagesWere}) + 1)
    WHERE path = ${imagesWere} OR starts_with(path, ${`${imagesWere}/`})`;
  return { endedOperations: count };
}
