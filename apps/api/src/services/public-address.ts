import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/infrastructure.schema';
import type { Db } from '@nephos/db/database';
import { noteChange } from '@nephos/db/change.repo';
import { listPage, type Page } from '@nephos/db/list';
import { findNames } from '@nephos/db/name.repo';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';
import { addressRange } from './address-range.ts';
import { create } from './create.ts';
import { findZone } from './zone.ts';

/** The addresses by which routers are outside. */
export function createPublicAddressService({ db }: { db: Db }) {
  return {
    /** A range of public addresses, all free. */
    async create(
      request: Request,
      { zoneId, firstIp, lastIp, prefixLength, gateway }: z.output<typeof contract.createPublicAddressesSchema>,
    ): Promise<{ count: number }> {
      const ips = addressRange(firstIp, lastIp);
      return create(db, request, 'public-address', firstIp, async (tx) => {
        await findZone(tx, request, 'zone.read', zoneId);
        await tx.address.createMany({
          data: ips.map((ip) => ({ id: newId(), zoneId, kind: 'public', state: 'free', ip, prefixLength, gateway: gateway ?? null })),
        });
        await noteChange(tx, 'public-address', zoneId); // once, and not for each
        return { count: ips.length };
      });
    },

    async list(
      { actor }: Request,
      { zoneId, state, accountId, ...input }: z.output<typeof contract.listPublicAddressesSchema>,
    ): Promise<Page<contract.PublicAddressDto>> {
      const where = [rowsFor(actor, 'public-address.read'), { kind: 'public', ...given({ zoneId, state, accountId }) }];
      const include = { router: { select: { id: true, name: true } } } as const;
      const page = await listPage(input, { where, searchIn: ['ip'] }, (args) => db.address.findMany({ ...args, include }));
      const names = await findNames(db, {
        zone: page.items.map((address) => address.zoneId),
        account: page.items.map((address) => address.accountId),
      });
      return {
        ...page,
        items: page.items.map((address) => ({
          id: address.id,
          ip: address.ip,
          prefixLength: address.prefixLength,
          gateway: address.gateway,
          state: address.state === 'claimed' ? 'claimed' : 'free',
          zoneId: address.zoneId,
          zoneName: names.get(address.zoneId) ?? '',
          accountId: address.accountId,
          accountName: names.get(address.accountId ?? '') ?? null,
          router: address.router,
          createdAt: address.createdAt.toISOString(),
        })),
      };
    },
  };
}
export type PublicAddressService = ReturnType<typeof createPublicAddressService>;
