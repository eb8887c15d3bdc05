import { newId } from '@nephos/model/id';
import type { Tx } from './database.ts';
import type { Network, Zone } from './prisma.ts';

/** The account's own network in the zone; a row is made when it has none. Nothing runs for it until the first instance does. */
export async function findOrMakeDefaultNetwork(tx: Tx, accountId: string, zone: Zone): Promise<Network> {
  const where = { accountId, zoneId: zone.id, isDefault: true, removedAt: null };
  const found = await tx.network.findFirst({ where });
  if (found) return found;
  // Two first deploys at once: the account's row decides who makes it.
  await tx.$queryRaw`SELECT 1 FROM account WHERE id = ${accountId}::uuid FOR UPDATE`;
  const meanwhile = await tx.network.findFirst({ where });
  if (meanwhile) return meanwhile;
  return tx.network.create({
    data: {
      id: newId(),
      accountId,
      zoneId: zone.id,
      name: 'default',
      state: 'allocated',
      cidr: zone.guestCidr,
      gateway: firstAddressOf(zone.guestCidr),
      dnsDomain: 'nephos.internal',
      isDefault: true,
    },
  });
}

function firstAddressOf(cidr: string): string {
  const [base = ''] = cidr.split('/');
  const octets = base.split('.').map(Number);
  return [...octets.slice(0, 3), (octets[3] ?? 0) + 1].join('.');
}
