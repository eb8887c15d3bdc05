import { DomainError } from '@nephos/model/errors';
import type { Tx } from './database.ts';
import { claimHost, explainNoCapacity, findHostCandidates, type CandidateQuery, type HostCandidate } from './host-claim.repo.ts';

/** How candidates are put in order; packages/placement has the strategies. */
export interface Ranking {
  readonly order: CandidateQuery['order'];
  rank(candidates: readonly HostCandidate[]): readonly HostCandidate[];
}

const CANDIDATES = 16;

/** Finds a host and claims room on it. Throws CAPACITY, which says what ran out where. */
export async function placeOnHost(
  tx: Tx,
  ranking: Ranking,
  claim: { resourceId: string; generation: number },
  need: Omit<CandidateQuery, 'order' | 'limit'>,
): Promise<HostCandidate> {
  const query = { ...need, order: ranking.order, limit: CANDIDATES };
  // A race may take all candidates from under us; then there are others to look for, or none.
  for (let round = 0; round < 5; round++) {
    const candidates = await findHostCandidates(tx, query);
    if (candidates.length === 0) break;
    for (const candidate of ranking.rank(candidates)) {
      if (await claimHost(tx, candidate.hostId, { ...claim, cpuMhz: need.cpuMhz, memoryMib: need.memoryMib })) return candidate;
    }
  }
  throw new DomainError('CAPACITY', await explainNoCapacity(tx, query), { zoneId: need.zoneId });
}
