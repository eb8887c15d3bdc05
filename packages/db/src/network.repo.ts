import { GUEST_MTU } from '@nephos/contracts/network-constants';
import type { DesiredGuest, DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import { networkStates, type NetworkState } from '@nephos/model/network/state';
import type { Tx } from './database.ts';
import { columnsOf } from './locked-row.ts';
import { Prisma, type Network } from './prisma.ts';

export async function lockNetwork(tx: Tx, id: string): Promise<Network> {
  const [network] = await tx.$queryRaw<Network[]>`SELECT ${columnsOf(Prisma.NetworkScalarFieldEnum)} FROM network WHERE id = ${id}::uuid FOR UPDATE`;
  if (!network) throw new DomainError('NOT_FOUND', `There is no network ${id}.`, { networkId: id });
  return network;
}

export async function lockAndMoveNetwork(tx: Tx, id: string, to: NetworkState, data: Prisma.NetworkUncheckedUpdateManyInput = {}): Promise<Network> {
  const [moved] = await tx.network.updateManyAndReturn({ where: { id, state: { in: networkStates.before(to) } }, data: { state: to, ...data } });
  if (moved) return moved;
  const network = await lockNetwork(tx, id);
  if (network.state === to) return network;
  networkStates.assertCanMove(stateOfNetwork(network), to);
  return tx.network.update({ where: { id }, data: { state: to, ...data } });
}

export function stateOfNetwork(network: { id: string; state: string }): NetworkState {
  if (networkStates.is(network.state)) return network.state;
  throw new DomainError('UNEXPECTED', `Network ${network.id} has the unknown state ${network.state}.`);
}

/** Says that what hosts or the router should know has changed. Whoever fetches later gets at least this. */
export async function raiseRevision(tx: Tx, networkId: string): Promise<number> {
  const { revision } = await tx.network.update({ where: { id: networkId }, data: { revision: { increment: 1 } }, select: { revision: true } });
  return revision;
}

/** Whether a host carries the network now: it has a claim for a guest in it, or for its router. */
export async function isNetworkOnHost(tx: Tx, networkId: string, hostId: string): Promise<boolean> {
  const [found] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM host_allocation WHERE host_id = ${hostId}::uuid AND resource_id IN (
      SELECT instance_id FROM nic WHERE network_id = ${networkId}::uuid AND removed_at IS NULL
      UNION ALL SELECT id FROM router WHERE network_id = ${networkId}::uuid AND removed_at IS NULL
    ) LIMIT 1`;
  return found !== undefined;
}

/** The networks that a host carries now, by the claims. */
export async function listHostNetworks(tx: Tx, hostId: string): Promise<{ networkId: string; revision: number }[]> {
  return tx.$queryRaw`
    SELECT network.id AS "networkId", network.revision FROM network
    WHERE network.vni IS NOT NULL AND network.id IN (
      SELECT nic.network_id FROM nic JOIN host_allocation ON host_allocation.resource_id = nic.instance_id
      WHERE host_allocation.host_id = ${hostId}::uuid AND nic.removed_at IS NULL
      UNION ALL SELECT router.network_id FROM router JOIN host_allocation ON host_allocation.resource_id = router.id
      WHERE host_allocation.host_id = ${hostId}::uuid AND router.removed_at IS NULL
    ) ORDER BY network.id`;
}

/** Wakes the API processes, each of which tells the hosts whose channels it holds (`agent/network-news.ts`). Sent when the transaction commits. */
export async function announceNetwork(tx: Tx, networkId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('network', ${networkId})`;
}

/** The same as `announceNetwork`, if this host carries one guest of it at most: then it has just come. */
export async function announceNewHost(tx: Tx, networkId: string, hostId: string): Promise<void> {
  await tx.$executeRaw`
    SELECT pg_notify('network', ${networkId}) WHERE 1 >= (
      SELECT count(*) FROM nic JOIN host_allocation ON host_allocation.resource_id = nic.instance_id
      WHERE nic.network_id = ${networkId}::uuid AND nic.removed_at IS NULL AND host_allocation.host_id = ${hostId}::uuid
    )`;
}

/** What each of the networks' hosts should have. Hosts that can't be reached get it when they report again. */
export async function describeNetworks(tx: Tx, networkIds: readonly string[]): Promise<{ hostId: string; desired: DesiredNetwork }[]> {
  if (networkIds.length === 0) return [];
  const hosts = await tx.$queryRaw<{ networkId: string; vni: number; revision: number; hostId: string; managementIp: string }[]>`
    SELECT network.id AS "networkId", network.vni, network.revision, host.id AS "hostId", host.management_ip AS "managementIp"
    FROM network CROSS JOIN LATERAL (
      SELECT host_id FROM nic JOIN host_allocation ON host_allocation.resource_id = nic.instance_id
      WHERE nic.network_id = network.id AND nic.removed_at IS NULL
      UNION SELECT host_allocation.host_id FROM router JOIN host_allocation ON host_allocation.resource_id = router.id
      WHERE router.network_id = network.id AND router.removed_at IS NULL
    ) AS carrier JOIN host ON host.id = carrier.host_id
    WHERE network.id = ANY (${[...networkIds]}::uuid[]) AND network.vni IS NOT NULL AND host.management_ip IS NOT NULL
    ORDER BY network.id, host.id`;
  return [...Map.groupBy(hosts, ({ networkId }) => networkId).values()].flatMap((carriers) =>
    carriers.map(({ networkId, hostId, managementIp, vni, revision }) => ({
      hostId,
      desired: {
        networkId,
        revision,
        vni,
        mtu: GUEST_MTU,
        localIp: managementIp,
        peerIps: carriers.filter((peer) => peer.hostId !== hostId).map((peer) => peer.managementIp),
      },
    })),
  );
}

/**
 * The whole wanted state of a router, without the guests' passwords and with their user data sealed: the caller adds and opens those.
 * Undefined when this host has no claim for it.
 */
export async function describeRouter(tx: Tx, { id, hostId }: { id: string; hostId: string }): Promise<DesiredRouter | undefined> {
  const router = await tx.router.findFirst({
    where: { id, hostId, removedAt: null },
    include: {
      network: { select: { gateway: true, cidr: true, dnsDomain: true, revision: true } },
      addresses: { where: { kind: 'public' }, take: 1 },
    },
  });
  if (!router) return undefined;
  const { network } = router;
  const zone = await tx.zone.findUniqueOrThrow({ where: { id: router.zoneId }, select: { name: true, dnsServers: true } });
  const share = (await describeNetworks(tx, [router.networkId])).find((one) => one.hostId === hostId);
  if (!share) return undefined;
  const [address] = router.addresses;
  return {
    routerId: router.id,
    generation: router.generation,
    revision: network.revision,
    network: share.desired,
    guest: { ip: network.gateway, prefixLength: prefixLengthOf(network.cidr), dnsDomain: network.dnsDomain },
    ...(address && { public: { ip: address.ip, prefixLength: address.prefixLength, ...(address.gateway && { gateway: address.gateway }) } }),
    dnsServers: zone.dnsServers,
    guests: await listGuests(tx, router.networkId, zone.name),
  };
}

async function listGuests(tx: Tx, networkId: string, zone: string): Promise<DesiredGuest[]> {
  const nics = await tx.nic.findMany({
    where: { networkId, removedAt: null, addresses: { some: {} } },
    select: {
      macAddress: true,
      addresses: { select: { ip: true }, take: 1 },
      instance: { select: { id: true, name: true, sshPublicKey: true, userData: true, computeOffering: { select: { name: true } } } },
    },
    orderBy: { id: 'asc' },
  });
  return nics.flatMap(({ macAddress, addresses: [address], instance }) =>
    address
      ? [
          {
            instanceId: instance.id,
            hostname: instance.name,
            macAddress,
            ip: address.ip,
            computeOffering: instance.computeOffering.name,
            zone,
            ...(instance.sshPublicKey && { sshPublicKey: instance.sshPublicKey }),
            ...(instance.userData && { userData: instance.userData }),
          },
        ]
      : [],
  );
}

function prefixLengthOf(cidr: string): number {
  return Number(cidr.split('/')[1]);
}
