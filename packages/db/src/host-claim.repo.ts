import { AGENT_CONTRACT } from '@nephos/contracts/agent-contract';
import type { Tx } from './database.ts';
import { Prisma } from './prisma.ts';

/** Reports, takes new claims, and its agent speaks what we do (one that has not told that is of the first contract). */
const TAKES_WORK = Prisma.sql`host.is_enabled AND host.state = 'connected'
  AND coalesce(host.agent_contract, 1) >= ${AGENT_CONTRACT.oldest} AND coalesce(host.agent_oldest_contract, 1) <= ${AGENT_CONTRACT.current}`;

export interface HostNeed {
  cpuMhz: number;
  memoryMib: number;
}

/**
 * Claims room on one host, under a generation that the caller took from the resource's row. False when the host has no
 * room, is disabled or away. The same mechanism as limits: a row per claim, the host keeps the sum (see limit.repo.ts).
 */
export async function claimHost(tx: Tx, hostId: string, claim: { resourceId: string; generation: number } & HostNeed): Promise<boolean> {
  const claimed = await tx.$executeRaw`
    WITH fits AS (
      UPDATE host
      SET claimed_cpu_mhz = claimed_cpu_mhz + ${claim.cpuMhz}, claimed_memory_mib = claimed_memory_mib + ${claim.memoryMib}
      WHERE id = ${hostId}::uuid AND ${TAKES_WORK}
        AND claimed_cpu_mhz + ${claim.cpuMhz} <= cpu_mhz * cpu_count * cpu_overcommit
        AND claimed_memory_mib + ${claim.memoryMib} <= memory_mib * memory_overcommit
      RETURNING id
    )
    INSERT INTO host_allocation (resource_id, host_id, generation, cpu_mhz, memory_mib)
    SELECT ${claim.resourceId}::uuid, id, ${claim.generation}, ${claim.cpuMhz}, ${claim.memoryMib} FROM fits`;
  return claimed === 1;
}

/** Gives the claim back; a second time finds nothing and is a success. */
export async function releaseHost(tx: Tx, resourceId: string): Promise<void> {
  await tx.$executeRaw`
    WITH gone AS (DELETE FROM host_allocation WHERE resource_id = ${resourceId}::uuid RETURNING *)
    UPDATE host
    SET claimed_cpu_mhz = claimed_cpu_mhz - gone.cpu_mhz, claimed_memory_mib = claimed_memory_mib - gone.memory_mib
    FROM gone WHERE host.id = gone.host_id`;
}

/** A host that could take a claim, and the pool of its own that could take the disk. */
export interface HostCandidate {
  hostId: string;
  hostName: string;
  poolId: string;
  poolPath: string;
  freeMemoryMib: number;
  freeCpuMhz: number;
}

export interface CandidateQuery extends HostNeed {
  zoneId: string;
  diskBytes: number;
  /** Only a host that has all of these. */
  placementTags: readonly string[];
  excludeHostIds: readonly string[];
  /** Only this pool, where the disk already is. */
  poolId?: string | undefined;
  order: 'by-name' | 'emptiest-first';
  limit: number;
}

/** Hosts with room now, best first. They are only candidates: the claim decides. */
export async function findHostCandidates(tx: Tx, query: CandidateQuery): Promise<HostCandidate[]> {
  const byName = query.order === 'by-name';
  return tx.$queryRaw<HostCandidate[]>`
    SELECT host.id AS "hostId", host.name AS "hostName", pool.id AS "poolId", pool.path AS "poolPath",
      floor(host.memory_mib * host.memory_overcommit)::int - host.claimed_memory_mib AS "freeMemoryMib",
      floor(host.cpu_mhz * host.cpu_count * host.cpu_overcommit)::int - host.claimed_cpu_mhz AS "freeCpuMhz"
    FROM host JOIN pool ON pool.host_id = host.id AND pool.is_enabled
    WHERE host.zone_id = ${query.zoneId}::uuid AND ${TAKES_WORK}
      AND host.claimed_memory_mib + ${query.memoryMib} <= host.memory_mib * host.memory_overcommit
      AND host.claimed_cpu_mhz + ${query.cpuMhz} <= host.cpu_mhz * host.cpu_count * host.cpu_overcommit
      AND host.placement_tags @> ${[...query.placementTags]}::text[]
      AND NOT host.id = ANY (${[...query.excludeHostIds]}::uuid[])
      AND (${query.poolId ?? null}::uuid IS NULL OR pool.id = ${query.poolId ?? null}::uuid)
      AND (${query.poolId ?? null}::uuid IS NOT NULL OR pool.claimed_bytes + ${query.diskBytes} <= pool.capacity_bytes * pool.overprovisioning)
    ORDER BY CASE WHEN ${byName} THEN 0 ELSE host.claimed_memory_mib::float / greatest(host.memory_mib * host.memory_overcommit, 1) END, host.name, pool.name
    LIMIT ${query.limit}`;
}

/** Why no host of the zone could take this: the first thing that ran out, in words. */
export async function explainNoCapacity(tx: Tx, query: CandidateQuery): Promise<string> {
  const [counts] = await tx.$queryRaw<
    { hosts: number; outdated: number; connected: number; tagged: number; memory: number; cpu: number; disk: number; zone: string }[]
  >`
    WITH connected AS (
      SELECT host.*, (${query.poolId ?? null}::uuid IS NULL OR EXISTS (SELECT 1 FROM pool WHERE pool.id = ${query.poolId ?? null}::uuid AND pool.host_id = host.id)) AS has_disk
      FROM host WHERE zone_id = ${query.zoneId}::uuid AND ${TAKES_WORK} AND NOT id = ANY (${[...query.excludeHostIds]}::uuid[])
    ), tagged AS (SELECT * FROM connected WHERE placement_tags @> ${[...query.placementTags]}::text[] AND has_disk),
    memory AS (SELECT * FROM tagged WHERE claimed_memory_mib + ${query.memoryMib} <= memory_mib * memory_overcommit),
    cpu AS (SELECT * FROM memory WHERE claimed_cpu_mhz + ${query.cpuMhz} <= cpu_mhz * cpu_count * cpu_overcommit)
    SELECT (SELECT name FROM zone WHERE id = ${query.zoneId}::uuid) AS zone,
      (SELECT count(*)::int FROM host WHERE zone_id = ${query.zoneId}::uuid AND removed_at IS NULL) AS hosts,
      (SELECT count(*)::int FROM host WHERE zone_id = ${query.zoneId}::uuid AND removed_at IS NULL
        AND (agent_contract < ${AGENT_CONTRACT.oldest} OR agent_oldest_contract > ${AGENT_CONTRACT.current})) AS outdated,
      (SELECT count(*)::int FROM connected) AS connected, (SELECT count(*)::int FROM tagged) AS tagged,
      (SELECT count(*)::int FROM memory) AS memory, (SELECT count(*)::int FROM cpu) AS cpu,
      (SELECT count(*)::int FROM cpu JOIN pool ON pool.host_id = cpu.id AND pool.is_enabled
        WHERE pool.claimed_bytes + ${query.diskBytes} <= pool.capacity_bytes * pool.overprovisioning) AS disk`;
  if (!counts) return 'There is no such zone.';
  const where = `zone ${counts.zone}`;
  if (counts.connected === 0) {
    const outdated = counts.outdated > 0 ? `; ${counts.outdated} of them need another version of their agent` : '';
    return `No host of ${where} is connected and enabled (it has ${counts.hosts}${outdated}).`;
  }
  if (counts.tagged === 0) {
    return query.poolId
      ? `The host that has the instance's disk is not connected or not enabled.`
      : `No connected host of ${where} has the tags ${query.placementTags.join(', ')}.`;
  }
  if (counts.memory === 0) return `No host of ${where} has ${query.memoryMib} MiB of memory free.`;
  if (counts.cpu === 0) return `No host of ${where} with enough memory has ${query.cpuMhz} MHz of CPU free.`;
  return `No storage pool of ${where} has ${Math.ceil(query.diskBytes / 1_048_576)} MiB free on a host with enough memory and CPU.`;
}
