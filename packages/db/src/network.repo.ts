import { GUEST_MTU } from '@nephos/contracts/network-constants';
import type { DesiredGuest, DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import { networkStates, type NetworkState } from '@nephos/model/network/state';
import type { Tx } from './database.ts';
import { columnsOf } from './locked-row.ts';
import { Prisma, type Network, type Router } from './prisma.ts';

export async function lockNetwork(tx: Tx, id: string): Promise<Network> {
  const [network] = await tx.$queryRaw<Network[]>`SELECT ${columnsOf(Prisma.NetworkScalarFieldEnum)} FROM network WHERE id = ${id}::uuid FOR UPDATE`;
  if (!network) throw new DomainError('NOT_FOUND', `There is no network ${id}.`, { networkId: id });
  return network;
}

export async function lockAndMoveNetwork(tx: Tx, id: string, to: NetworkState, data: Prisma.NetworkUncheckedUpdateInput = {}): Promise<Network> {
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

/** The hosts that carry the network now: those with a claim for a guest in it, and its router's. */
export async function listNetworkHosts(tx: Tx, networkId: string): Promise<{ id: string; managementIp: string | null }[]> {
  return tx.$queryRaw`
    SELECT DISTINCT host.id, host.management_ip AS "managementIp" FROM host JOIN host_allocation ON host_allocation.host_id = host.id
    WHERE host_allocation.resource_id IN (
      SELECT instance_id FROM nic WHERE network_id = ${networkId}::uuid AND removed_at IS NULL
      UNION ALL SELECT id FROM router WHERE network_id = ${networkId}::uuid AND removed_at IS NULL
    )`;
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

/** What each of the network's hosts should have. Hosts that can't be reached get it when they report again. */
export async function describeNetwork(tx: Tx, networkId: string): Promise<{ hostId: string; desired: DesiredNetwork }[]> {
  const network = await tx.network.findUniqueOrThrow({ where: { id: networkId } });
  const { vni } = network;
  if (vni === null) return [];
  const hosts = (await listNetworkHosts(tx, networkId)).flatMap(({ managementIp, ...host }) => (managementIp ? [{ ...host, managementIp }] : []));
  return hosts.map((host) => ({
    hostId: host.id,
    desired: {
      networkId,
      revision: network.revision,
      vni,
      mtu: GUEST_MTU,
      localIp: host.managementIp,
      peerIps: hosts.filter((peer) => peer.id !== host.id).map((peer) => peer.managementIp),
    },
  }));
}

/** The whole wanted state of a router, without the guests' passwords and with their user data sealed: the caller adds and opens those. Undefined when it has no claim. */
export async function describeRouter(tx: Tx, router: Router): Promise<DesiredRouter | undefined> {
  const network = await tx.network.findUniqueOrThrow({ where: { id: router.networkId } });
  const zone = await tx.zone.findUniqueOrThrow({ where: { id: router.zoneId } });
  const share = (await describeNetwork(tx, network.id)).find((one) => one.hostId === router.hostId);
  if (!share) return undefined;
  const address = await tx.address.findFirst({ where: { routerId: router.id, kind: 'public' } });
  return {
    routerId: router.id,
    generation: router.generation,
    revision: network.revision,
    network: share.desired,
    guest: { ip: network.gateway, prefixLength: prefixLengthOf(network.cidr), dnsDomain: network.dnsDomain },
    ...(address && { public: { ip: address.ip, prefixLength: address.prefixLength, ...(address.gateway && { gateway: address.gateway }) } }),
    dnsServers: zone.dnsServers,
    guests: await listGuests(tx, network.id, zone.name),
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
