import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { Tx } from './database.ts';

/**
 * Claims the lowest free address of a guest network for a NIC. The network's row is locked first, so that racing claims
 * go one after the other. Throws CAPACITY when the network is full. The gateway and the ends of the range are never given.
 */
export async function claimGuestAddress(tx: Tx, networkId: string, nicId: string): Promise<{ ip: string }> {
  await tx.$queryRaw`SELECT 1 FROM network WHERE id = ${networkId}::uuid FOR UPDATE`;
  const [claimed] = await tx.$queryRaw<{ ip: string }[]>`
    INSERT INTO address (id, zone_id, account_id, kind, state, ip, prefix_length, gateway, network_id, nic_id)
    SELECT ${newId()}::uuid, network.zone_id, network.account_id, 'guest', 'claimed', free.ip, masklen(network.cidr::cidr), network.gateway, network.id, ${nicId}::uuid
    FROM network CROSS JOIN LATERAL (
      SELECT host(network.cidr::inet + step) AS ip FROM generate_series(1, (2 ^ (32 - masklen(network.cidr::cidr)))::bigint - 2) AS step
      WHERE host(network.cidr::inet + step) <> network.gateway
        AND NOT EXISTS (SELECT 1 FROM address WHERE address.network_id = network.id AND address.ip = host(network.cidr::inet + step))
      ORDER BY step LIMIT 1
    ) AS free
    WHERE network.id = ${networkId}::uuid
    RETURNING ip`;
  if (claimed) return claimed;
  const network = await tx.network.findUniqueOrThrow({ where: { id: networkId } });
  throw new DomainError('CAPACITY', `Network ${network.name} has no free address left in ${network.cidr}.`, { resource: 'address', networkId });
}

/** Claims a public address of the zone for a router; the one it already has, if it has one. Throws CAPACITY when none is free. */
export async function claimPublicAddress(tx: Tx, zoneId: string, owner: { routerId: string; accountId: string }): Promise<{ id: string }> {
  const held = await tx.address.findFirst({ where: { routerId: owner.routerId, kind: 'public' }, select: { id: true } });
  if (held) return held;
  const [claimed] = await tx.$queryRaw<{ id: string }[]>`
    UPDATE address SET state = 'claimed', router_id = ${owner.routerId}::uuid, account_id = ${owner.accountId}::uuid
    WHERE id = (
      SELECT id FROM address WHERE zone_id = ${zoneId}::uuid AND kind = 'public' AND state = 'free'
      ORDER BY ip::inet LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id`;
  if (claimed) return claimed;
  const zone = await tx.zone.findUniqueOrThrow({ where: { id: zoneId } });
  throw new DomainError('CAPACITY', `Zone ${zone.name} has no public address free for the network's router.`, { resource: 'public-address', zoneId });
}

/** Frees what a router held. Call it only once the router's removal is confirmed: an address that still answers must not be given again. */
export async function releasePublicAddresses(tx: Tx, routerId: string): Promise<void> {
  await tx.address.updateMany({ where: { routerId, kind: 'public' }, data: { state: 'free', routerId: null, accountId: null } });
}

/** Frees the addresses of an instance's NICs. */
export async function releaseGuestAddresses(tx: Tx, instanceId: string): Promise<void> {
  await tx.address.deleteMany({ where: { nic: { instanceId }, kind: 'guest' } });
}

/**
 * Claims a VXLAN network identifier for a network; the one it has, if it has one. Throws CAPACITY when the zone has none left.
 * The next after the highest, so that one that was given back rests as long as it can; at the end of the range the lowest gap.
 */
export async function claimVni(tx: Tx, network: { id: string; zoneId: string }): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM zone WHERE id = ${network.zoneId}::uuid FOR UPDATE`;
  const claimed = await tx.$executeRaw`
    UPDATE network SET vni = free.vni FROM (
      SELECT coalesce(
        (SELECT greatest(coalesce(max(vni), 0) + 1, zone.vni_min) FROM network AS taken WHERE taken.zone_id = zone.id HAVING coalesce(max(vni), 0) < zone.vni_max),
        (SELECT zone.vni_min WHERE NOT EXISTS (SELECT 1 FROM network AS taken WHERE taken.zone_id = zone.id AND taken.vni = zone.vni_min)),
        (SELECT taken.vni + 1 FROM network AS taken
          WHERE taken.zone_id = zone.id AND taken.vni >= zone.vni_min AND taken.vni < zone.vni_max
            AND NOT EXISTS (SELECT 1 FROM network AS next WHERE next.zone_id = zone.id AND next.vni = taken.vni + 1)
          ORDER BY taken.vni LIMIT 1)
      ) AS vni FROM zone WHERE zone.id = ${network.zoneId}::uuid
    ) AS free
    WHERE network.id = ${network.id}::uuid AND network.vni IS NULL AND free.vni IS NOT NULL`;
  if (claimed === 1) return;
  const { vni } = await tx.network.findUniqueOrThrow({ where: { id: network.id }, select: { vni: true } });
  if (vni === null)
    throw new DomainError('CAPACITY', `The zone has no VXLAN identifier left for another network.`, { resource: 'vni', zoneId: network.zoneId });
}
