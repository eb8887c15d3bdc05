import { mayAtAll, rowsFor, seesAll } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/network.schema';
import type { Db } from '@nephos/db/database';
import { listPage } from '@nephos/db/list';
import { findNames } from '@nephos/db/name.repo';
import { stateOfNetwork } from '@nephos/db/network.repo';
import { ROUTER_STATES } from '@nephos/model/network/router-state';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';

const publicIp = { addresses: { where: { kind: 'public' }, select: { ip: true } } } as const;

/** Guest networks, and the virtual routers by which they are outside. */
export function createNetworkService({ db }: { db: Db }) {
  return {
    async listNetworks({ actor }: Request, { zoneId, accountId, state, ...input }: z.output<typeof contract.listNetworksSchema>) {
      const filters = { removedAt: null, ...given({ zoneId, accountId, state: state && { in: state } }) };
      const include = { routers: { where: { removedAt: null }, include: publicIp } } as const;
      const page = await listPage(input, { where: [rowsFor(actor, 'network.read'), filters] }, (args) => db.network.findMany({ ...args, include }));
      const names = await namesOf(page.items, seesAll(actor, 'network.read'));
      return {
        ...page,
        items: page.items.map((network) => ({
          id: network.id,
          name: network.name,
          kind: network.kind,
          state: stateOfNetwork(network),
          ...owned(network, names),
          cidr: network.cidr,
          gateway: network.gateway,
          dnsDomain: network.dnsDomain,
          vni: network.vni,
          routers: network.routers.map((router) => ({ id: router.id, state: router.state, publicIp: router.addresses[0]?.ip ?? null })),
          createdAt: network.createdAt.toISOString(),
        })),
      };
    },

    async listRouters({ actor }: Request, { zoneId, accountId, hostId, state, ...input }: z.output<typeof contract.listRoutersSchema>) {
      const seesHosts = mayAtAll(actor, 'host.read');
      const byHost = seesHosts ? given({ hostId }) : hostId ? { id: { in: [] } } : {}; // who may not see hosts finds nothing by one
      const filters = { removedAt: null, ...byHost, ...given({ zoneId, accountId, state: state && { in: state } }) };
      const include = { network: { select: { id: true, name: true, revision: true } }, ...publicIp } as const;
      const page = await listPage(input, { where: [rowsFor(actor, 'router.read'), filters] }, (args) => db.router.findMany({ ...args, include }));
      const names = await namesOf(page.items, seesAll(actor, 'router.read'), seesHosts);
      return {
        ...page,
        items: page.items.map((router) => ({
          id: router.id,
          name: router.name,
          state: ROUTER_STATES.find((one) => one === router.state) ?? 'allocated',
          ...owned(router, names),
          network: { id: router.network.id, name: router.network.name },
          publicIp: router.addresses[0]?.ip ?? null,
          host: router.hostId && seesHosts ? { id: router.hostId, name: names.get(router.hostId) ?? '' } : null,
          isUpToDate: router.appliedRevision >= router.network.revision,
          createdAt: router.createdAt.toISOString(),
        })),
      };
    },
  };

  function namesOf(rows: readonly { zoneId: string; accountId: string; hostId?: string | null }[], seesAccounts: boolean, seesHosts = false) {
    return findNames(db, {
      zone: rows.map(({ zoneId }) => zoneId),
      account: seesAccounts ? rows.map(({ accountId }) => accountId) : [],
      host: seesHosts ? rows.map(({ hostId = null }) => hostId) : [],
    });
  }
}
export type NetworkService = ReturnType<typeof createNetworkService>;

function owned({ zoneId, accountId }: { zoneId: string; accountId: string }, names: ReadonlyMap<string, string>) {
  return { zoneId, zoneName: names.get(zoneId) ?? '', accountId, accountName: names.get(accountId) ?? null };
}
