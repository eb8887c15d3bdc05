import type { Tx } from './database.ts';

/** Puts a volume on a pool, if its size fits. The volume's row is the claim; the pool keeps the sum (see limit.repo.ts). */
export async function claimPool(tx: Tx, poolId: string, volumeId: string): Promise<boolean> {
  const claimed = await tx.$executeRaw`
    WITH wanted AS (SELECT id, size_bytes FROM volume WHERE id = ${volumeId}::uuid AND pool_id IS NULL FOR UPDATE),
    fits AS (
      UPDATE pool SET claimed_bytes = claimed_bytes + wanted.size_bytes FROM wanted
      WHERE pool.id = ${poolId}::uuid AND pool.is_enabled AND claimed_bytes + wanted.size_bytes <= capacity_bytes * overprovisioning
      RETURNING pool.id
    )
    UPDATE volume SET pool_id = fits.id FROM fits WHERE volume.id = ${volumeId}::uuid`;
  return claimed === 1;
}

/** Takes a volume off its pool; a second time finds nothing and is a success. */
export async function releasePool(tx: Tx, volumeId: string): Promise<void> {
  await tx.$executeRaw`
    WITH held AS (SELECT id, pool_id, size_bytes FROM volume WHERE id = ${volumeId}::uuid AND pool_id IS NOT NULL FOR UPDATE),
    gone AS (UPDATE volume SET pool_id = NULL FROM held WHERE volume.id = held.id RETURNING held.pool_id, held.size_bytes)
    UPDATE pool SET claimed_bytes = claimed_bytes - gone.size_bytes FROM gone WHERE pool.id = gone.pool_id`;
}
