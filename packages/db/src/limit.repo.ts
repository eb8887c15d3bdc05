import { DomainError } from '@nephos/model/errors';
import type { Tx } from './database.ts';

export interface LimitNeed {
  instances: number;
  vcpus: number;
  memoryMib: number;
}

// A claim is a row. The account keeps the sum of its rows, changed in the same statement as the row, so that a claim that
// does not fit is refused by one conditional update however many race: PostgreSQL checks the condition again on the row
// that the winner left. A test compares sums and rows.

/** Claims part of an account's limits for a resource. Throws LIMIT_EXCEEDED, which says the limit that was met. */
export async function claimLimits(tx: Tx, accountId: string, resourceId: string, need: LimitNeed): Promise<void> {
  const claimed = await tx.$executeRaw`
    WITH fits AS (
      UPDATE account
      SET used_instances = used_instances + ${need.instances}, used_vcpus = used_vcpus + ${need.vcpus}, used_memory_mib = used_memory_mib + ${need.memoryMib}
      WHERE id = ${accountId}::uuid
        AND used_instances + ${need.instances} <= max_instances
        AND used_vcpus + ${need.vcpus} <= max_vcpus
        AND used_memory_mib + ${need.memoryMib} <= max_memory_mib
      RETURNING id
    )
    INSERT INTO limit_claim (resource_id, account_id, instances, vcpus, memory_mib)
    SELECT ${resourceId}::uuid, id, ${need.instances}, ${need.vcpus}, ${need.memoryMib} FROM fits`;
  if (claimed === 0) throw await limitExceeded(tx, accountId, need);
}

/** Gives a resource's claim back; a second time finds nothing and is a success. */
export async function releaseLimits(tx: Tx, resourceId: string): Promise<void> {
  await tx.$executeRaw`
    WITH gone AS (DELETE FROM limit_claim WHERE resource_id = ${resourceId}::uuid RETURNING *)
    UPDATE account
    SET used_instances = used_instances - gone.instances, used_vcpus = used_vcpus - gone.vcpus, used_memory_mib = used_memory_mib - gone.memory_mib
    FROM gone WHERE account.id = gone.account_id`;
}

/** Says of several at once that they don't fit together, with all that they need. The claim of each still decides. Throws LIMIT_EXCEEDED. */
export async function assertLimitsAllow(tx: Tx, accountId: string, need: LimitNeed): Promise<void> {
  const { account, met } = await limitsMet(tx, accountId, need);
  if (met.length > 0) throw tellLimits(account, met);
}

async function limitExceeded(tx: Tx, accountId: string, need: LimitNeed): Promise<DomainError> {
  const { account, met } = await limitsMet(tx, accountId, need);
  return tellLimits(account, met);
}

interface MetLimit {
  what: string;
  used: number;
  max: number;
  need: number;
}

async function limitsMet(tx: Tx, accountId: string, need: LimitNeed) {
  const account = await tx.account.findUniqueOrThrow({ where: { id: accountId } });
  const rows = [
    { what: 'instances', used: account.usedInstances, max: account.maxInstances, need: need.instances },
    { what: 'vCPUs', used: account.usedVcpus, max: account.maxVcpus, need: need.vcpus },
    { what: 'MiB of memory', used: account.usedMemoryMib, max: account.maxMemoryMib, need: need.memoryMib },
  ];
  return { account, met: rows.filter((row) => row.used + row.need > row.max) };
}

function tellLimits(account: { name: string }, met: readonly MetLimit[]): DomainError {
  const told = met.map((row) => `${row.used} of ${row.max} ${row.what} are used and ${row.need} more are needed`).join('; ');
  return new DomainError(
    'LIMIT_EXCEEDED',
    `The limits of account ${account.name} don't allow this: ${told}. Remove something, or ask an administrator for more.`,
    {
      limits: met.map((row) => row.what),
    },
  );
}
