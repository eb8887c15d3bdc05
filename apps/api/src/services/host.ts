import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/host.schema';
import type { Db, Tx } from '@nephos/db/database';
import { transaction } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { freshJoinToken, type JoinToken } from '@nephos/db/host-join.repo';
import { removeHost } from '@nephos/db/host-removal.repo';
import { listPage, type Page } from '@nephos/db/list';
import type { Host } from '@nephos/db/prisma';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { given, once, type Request } from '../request.ts';
import { checksOf, describeHost, describeHosts } from './host.dto.ts';
import { create, notFound } from './create.ts';

type Input<S extends z.ZodType> = z.output<S>;
type HostId = Input<typeof contract.hostIdSchema>;
export interface DescribeJoin {
  (join: JoinToken): Pick<contract.HostToJoinDto, 'server' | 'joinToken' | 'expiresAt' | 'command' | 'fingerprint'>;
}

/** Machines that run instances: rows for them, how they join, and whether something new is placed on them. */
export function createHostService({ db, describeJoin }: { db: Db; describeJoin: DescribeJoin }) {
  return {
    /** A row for a machine, and how that machine becomes it. Never answered again for the same key: the token is kept as its hash alone. */
    async create({ actor }: Request, input: Input<typeof contract.createHostSchema>): Promise<contract.HostToJoinDto> {
      const join = freshJoinToken();
      const host = await create(db, { actor }, 'host', input.name, async (tx) => {
        const cluster = await tx.cluster.findFirst({ where: { AND: [{ id: input.clusterId }, rowsFor(actor, 'cluster.read')] } });
        if (!cluster) throw notFound('cluster', input.clusterId, 'clusterId');
        const { zoneId, podId, hypervisor } = cluster;
        return describeHost(tx, await tx.host.create({ data: { id: newId(), zoneId, podId, hypervisor, ...join.kept, ...input } }));
      });
      return { host, ...describeJoin(join) };
    },

    /** For a host whose token was lost or used, or whose machine is installed anew. */
    async createJoinToken({ actor }: Request, { hostId }: HostId): Promise<contract.HostToJoinDto> {
      const join = freshJoinToken();
      const host = await transaction(db, async (tx) => {
        const { name } = await find(tx, actor, 'host.join', hostId);
        await noteEvent(tx, {
          kind: 'host.join-token-created',
          actor,
          resource: { type: 'host', id: hostId },
          message: `A token to join as host ${name} was made; those before it are void.`,
        });
        return describeHost(tx, await tx.host.update({ where: { id: hostId }, data: join.kept }));
      });
      return { host, ...describeJoin(join) };
    },

    async update(request: Request, { hostId, ...input }: Input<typeof contract.updateHostSchema>): Promise<contract.HostDto> {
      return once(db, request, async (tx) => {
        const { name, isEnabled } = await find(tx, request.actor, 'host.update', hostId);
        const data = given(input);
        const changed = await tx.host.update({ where: { id: hostId }, data });
        await noteEvent(tx, {
          kind: 'host.updated',
          actor: request.actor,
          resource: { type: 'host', id: hostId },
          message:
            changed.isEnabled === isEnabled
              ? `Host ${name} was changed: ${Object.keys(data).join(', ')}.`
              : `Host ${name} was ${changed.isEnabled ? 'enabled: instances may be placed on it again' : 'disabled: nothing new is placed on it'}.`,
        });
        return describeHost(tx, changed);
      });
    },

    /** It is disabled by the same change, so nothing is placed on it meanwhile. */
    async remove(request: Request, { hostId }: HostId): Promise<contract.RemovedHostDto> {
      return once(db, request, async (tx) => {
        const host = await find(tx, request.actor, 'host.remove', hostId);
        await removeHost(tx, host);
        await noteEvent(tx, {
          kind: 'host.removed',
          actor: request.actor,
          resource: { type: 'host', id: hostId },
          message: `Host ${host.name} was removed with its pools; what its machine had to connect with is not good any more.`,
        });
        return { id: hostId, name: host.name };
      });
    },

    async list({ actor }: Request, { isEnabled, ...input }: Input<typeof contract.listHostsSchema>): Promise<Page<contract.HostDto>> {
      const { zoneId, clusterId, hypervisor, state } = input;
      const filters = given({ zoneId, clusterId, hypervisor, isEnabled, state: state && { in: state } });
      const page = await listPage(input, { where: [rowsFor(actor, 'host.read'), { removedAt: null, ...filters }] }, (args) => db.host.findMany(args));
      return { ...page, items: await describeHosts(db, page.items) };
    },

    async get({ actor }: Request, { hostId }: HostId): Promise<contract.HostDetailDto> {
      const host = await find(db, actor, 'host.read', hostId);
      return { ...(await describeHost(db, host)), checks: checksOf(host) };
    },
  };
}
export type HostService = ReturnType<typeof createHostService>;

type HostPermission = 'host.read' | 'host.join' | 'host.update' | 'host.remove';

async function find(tx: Tx, actor: Request['actor'], permission: HostPermission, id: string): Promise<Host> {
  const host = await tx.host.findFirst({ where: { AND: [{ id, removedAt: null }, rowsFor(actor, permission)] } });
  if (!host) throw notFound('host', id);
  return host;
}
