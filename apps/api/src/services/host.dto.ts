import { needsUpdate } from '@nephos/contracts/agent-contract';
import { hostFactsSchema, type HostCheck } from '@nephos/contracts/agent.schema';
import type { HostDto } from '@nephos/contracts/host.schema';
import { tagsSchema } from '@nephos/contracts/list.schema';
import type { Tx } from '@nephos/db/database';
import { findNames } from '@nephos/db/name.repo';
import type { Host } from '@nephos/db/prisma';
import { HOST_STATES, type HostState } from '@nephos/model/host-state';
import { only } from './create.ts';

/** Hosts with what is known of them elsewhere: two queries, however many they are. */
export async function describeHosts(tx: Tx, hosts: readonly Host[]): Promise<HostDto[]> {
  const names = await findNames(tx, {
    zone: hosts.map(({ zoneId }) => zoneId),
    pod: hosts.map(({ podId }) => podId),
    cluster: hosts.map(({ clusterId }) => clusterId),
  });
  const counts = await tx.instance.groupBy({
    by: ['hostId'],
    where: { hostId: { in: hosts.map(({ id }) => id) }, removedAt: null },
    _count: { _all: true },
  });
  const countOf = new Map(counts.map(({ hostId, _count }) => [hostId, _count._all]));
  return hosts.map((host) => toHostDto(host, names, countOf.get(host.id) ?? 0));
}

export const describeHost = async (tx: Tx, host: Host): Promise<HostDto> => only(await describeHosts(tx, [host]));

function toHostDto(host: Host, names: ReadonlyMap<string, string>, instanceCount: number): HostDto {
  const facts = hostFactsSchema.partial().safeParse(host.facts).data;
  const state = HOST_STATES.find((one): one is HostState => one === host.state) ?? 'registered';
  const { cpuMhz, cpuCount, memoryMib, cpuOvercommit, memoryOvercommit } = host;
  return {
    id: host.id,
    name: host.name,
    zoneId: host.zoneId,
    zoneName: names.get(host.zoneId) ?? '',
    podId: host.podId,
    podName: names.get(host.podId) ?? '',
    clusterId: host.clusterId,
    clusterName: names.get(host.clusterId) ?? '',
    hypervisor: host.hypervisor,
    state,
    isEnabled: host.isEnabled,
    managementIp: host.managementIp,
    cpuCount,
    cpuMhz,
    memoryMib,
    cpuOvercommit,
    memoryOvercommit,
    capacity: { cpuMhz: Math.floor(cpuMhz * cpuCount * cpuOvercommit), memoryMib: Math.floor(memoryMib * memoryOvercommit) },
    claimed: { cpuMhz: host.claimedCpuMhz, memoryMib: host.claimedMemoryMib },
    instanceCount,
    acceleration: facts?.acceleration ?? null,
    accelerationReason: facts?.accelerationReason ?? null,
    versions: facts?.versions ?? {},
    agentVersion: host.agentVersion,
    agentContract: host.agentContract,
    needsUpdate: updateOf(host),
    placementTags: host.placementTags,
    isJoined: host.certificateFingerprint !== null,
    joinTokenExpiresAt: host.joinTokenExpiresAt?.toISOString() ?? null,
    connectedAt: host.connectedAt?.toISOString() ?? null,
    reportedAt: host.reportedAt?.toISOString() ?? null,
    createdAt: host.createdAt.toISOString(),
    tags: tagsSchema.parse(host.tags),
  };
}

/** By what its agent told last; null before it told anything. */
export function updateOf({ agentContract, agentOldestContract }: Pick<Host, 'agentContract' | 'agentOldestContract'>) {
  return agentContract === null ? null : needsUpdate({ current: agentContract, oldest: agentOldestContract ?? agentContract });
}

/** What its agent told of its machine. */
export function checksOf({ facts }: Pick<Host, 'facts'>): HostCheck[] {
  return hostFactsSchema.partial().safeParse(facts).data?.checks ?? [];
}
