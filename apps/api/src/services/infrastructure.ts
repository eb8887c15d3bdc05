import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/infrastructure.schema';
import { tagsSchema } from '@nephos/contracts/list.schema';
import type { Db, Tx } from '@nephos/db/database';
import { isUniqueViolation } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { listPage } from '@nephos/db/list';
import type { Prisma, Zone } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { once, type Request } from '../request.ts';
import { addressRange } from './address-range.ts';

type Input<S extends z.ZodType> = z.output<S>;

/** Zones and what is in them: rows that administrators make, before anything runs. */
export function createInfrastructureService({ db, imageFolder }: { db: Db; imageFolder: string }) {
  return {
    async createZone(request: Request, input: Input<typeof contract.createZoneSchema>) {
      return create(db, request, 'zone', input.name, async (tx) => toZoneDto(await tx.zone.create({ data: { id: newId(), ...input } }), null));
    },

    async createPod(request: Request, input: Input<typeof contract.createPodSchema>) {
      return create(db, request, 'pod', input.name, async (tx) => {
        await findZone(tx, request, input.zoneId);
        return tx.pod.create({ data: { id: newId(), ...input }, select: { id: true, zoneId: true, name: true } });
      });
    },

    async createCluster(request: Request, input: Input<typeof contract.createClusterSchema>) {
      return create(db, request, 'cluster', input.name, async (tx) => {
        const pod = await tx.pod.findFirst({ where: { AND: [{ id: input.podId }, rowsFor(request.actor, 'pod.read')] } });
        if (!pod) throw notFound('pod', input.podId);
        return tx.cluster.create({
          data: { id: newId(), zoneId: pod.zoneId, ...input },
          select: { id: true, zoneId: true, podId: true, name: true, hypervisor: true },
        });
      });
    },

    async createPool(request: Request, { hostId, ...input }: Input<typeof contract.createPoolSchema>) {
      return create(db, request, 'pool', input.name, async (tx) => {
        const host = await tx.host.findFirst({ where: { AND: [{ id: hostId }, rowsFor(request.actor, 'host.read')] } });
        if (!host) throw notFound('host', hostId);
        return toPoolDto(await tx.pool.create({ data: { id: newId(), zoneId: host.zoneId, clusterId: host.clusterId, hostId, ...input } }));
      });
    },

    async listPools({ actor }: Request, input: Input<typeof contract.listPoolsSchema>) {
      const filters = { ...(input.zoneId && { zoneId: input.zoneId }), ...(input.hostId && { hostId: input.hostId }) };
      const page = await listPage(input, { where: [rowsFor(actor, 'pool.read'), filters] }, (args) => db.pool.findMany(args));
      return { ...page, items: page.items.map(toPoolDto) };
    },

    async createImageStore(request: Request, input: Input<typeof contract.createImageStoreSchema>) {
      return create(db, request, 'image-store', input.name, async (tx) => {
        await findZone(tx, request, input.zoneId);
        const id = newId();
        return tx.imageStore.create({
          data: { id, path: `${imageFolder}/${id}`, ...input },
          select: { id: true, zoneId: true, name: true, kind: true },
        });
      });
    },

    /** A range of public addresses, all free. */
    async createPublicAddresses(
      request: Request,
      { zoneId, firstIp, lastIp, prefixLength, gateway }: Input<typeof contract.createPublicAddressesSchema>,
    ) {
      const ips = addressRange(firstIp, lastIp);
      return create(db, request, 'public-address', firstIp, async (tx) => {
        await findZone(tx, request, zoneId);
        await tx.address.createMany({
          data: ips.map((ip) => ({ id: newId(), zoneId, kind: 'public', state: 'free', ip, prefixLength, gateway: gateway ?? null })),
        });
        return { count: ips.length };
      });
    },

    async listPods({ actor }: Request, input: Input<typeof contract.listPodsSchema>) {
      const filters = input.zoneId ? { zoneId: input.zoneId } : {};
      return listPage(input, { where: [rowsFor(actor, 'pod.read'), filters] }, (args) =>
        db.pod.findMany({ ...args, select: { id: true, zoneId: true, name: true } }),
      );
    },

    async listClusters({ actor }: Request, input: Input<typeof contract.listClustersSchema>) {
      const filters = { ...(input.zoneId && { zoneId: input.zoneId }), ...(input.podId && { podId: input.podId }) };
      const select = { id: true, zoneId: true, podId: true, name: true, hypervisor: true };
      return listPage(input, { where: [rowsFor(actor, 'cluster.read'), filters] }, (args) => db.cluster.findMany({ ...args, select }));
    },

    async listImageStores({ actor }: Request, input: Input<typeof contract.listImageStoresSchema>) {
      const filters = input.zoneId ? { zoneId: input.zoneId } : {};
      return listPage(input, { where: [rowsFor(actor, 'image-store.read'), filters] }, (args) =>
        db.imageStore.findMany({ ...args, select: { id: true, zoneId: true, name: true, kind: true } }),
      );
    },

    async getPod({ actor }: Request, { podId }: Input<typeof contract.podIdSchema>) {
      const pod = await db.pod.findFirst({
        where: { AND: [{ id: podId }, rowsFor(actor, 'pod.read')] },
        select: { id: true, zoneId: true, name: true },
      });
      if (!pod) throw notFound('pod', podId);
      return pod;
    },

    async getCluster({ actor }: Request, { clusterId }: Input<typeof contract.clusterIdSchema>) {
      const cluster = await db.cluster.findFirst({
        where: { AND: [{ id: clusterId }, rowsFor(actor, 'cluster.read')] },
        select: { id: true, zoneId: true, podId: true, name: true, hypervisor: true },
      });
      if (!cluster) throw notFound('cluster', clusterId);
      return cluster;
    },

    async getZone({ actor }: Request, { zoneId }: Input<typeof contract.zoneIdSchema>) {
      const zone = await db.zone.findFirst({ where: { AND: [{ id: zoneId }, rowsFor(actor, 'zone.read')] } });
      if (!zone) throw notFound('zone', zoneId);
      return toZoneDto(zone, (await guestKindsOf(db, [zoneId])).get(zoneId) ?? null);
    },

    async listZones({ actor }: Request, input: Input<typeof contract.listZonesSchema>) {
      const page = await listPage(input, { where: [rowsFor(actor, 'zone.read')] }, (args) => db.zone.findMany(args));
      const kinds = await guestKindsOf(
        db,
        page.items.map(({ id }) => id),
      );
      return { ...page, items: page.items.map((zone) => toZoneDto(zone, kinds.get(zone.id) ?? null)) };
    },
  };
}
export type InfrastructureService = ReturnType<typeof createInfrastructureService>;

/** Makes a row, once; says in words when its name is taken, and notes who made it. */
export async function create<T extends Prisma.InputJsonObject & { id?: string; accountId?: string }>(
  db: Db,
  request: Request,
  noun: string,
  name: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await once(db, request, async (tx) => {
      const made = await work(tx);
      await noteEvent(tx, {
        kind: `${noun}.created`,
        actor: request.actor,
        accountId: made.accountId ?? null,
        message: `The ${noun.replaceAll('-', ' ')} ${name} was made.`,
        ...(made.id && { resource: { type: noun, id: made.id } }),
      });
      return made;
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new DomainError('NAME_TAKEN', `There is a ${noun.replaceAll('-', ' ')} called ${name} already.`, { field: 'name', name });
    throw error;
  }
}

function toZoneDto({ id, name, networkType, guestCidr, isEnabled, tags }: Zone, guestKind: GuestKind | null) {
  return { id, name, networkType, guestCidr, isEnabled, guestKind, tags: tagsSchema.parse(tags) };
}

type GuestKind = (typeof contract.GUEST_KINDS)[number];
/** As hosts report it (packages/drivers, HostFacts); of a zone that has several, the first here is said. */
const KIND_OF_ACCELERATION: readonly [acceleration: string, kind: GuestKind][] = [
  ['simulated', 'simulated'],
  ['emulation', 'emulated'],
  ['kvm', 'accelerated'],
];

/** All that a tenant is told of the hosts: whether what runs there is to be taken for real. A zone without a host that has said so is left out. */
async function guestKindsOf(db: Db, zoneIds: readonly string[]): Promise<Map<string, GuestKind>> {
  const said = await db.$queryRaw<{ zoneId: string; acceleration: string }[]>`
    SELECT DISTINCT zone_id AS "zoneId", facts ->> 'acceleration' AS acceleration FROM host WHERE zone_id = ANY (${[...zoneIds]}::uuid[])`;
  const kinds = new Map<string, GuestKind>();
  for (const [acceleration, kind] of KIND_OF_ACCELERATION) {
    for (const one of said) if (one.acceleration === acceleration && !kinds.has(one.zoneId)) kinds.set(one.zoneId, kind);
  }
  return kinds;
}

function toPoolDto({
  capacityBytes,
  usedBytes,
  claimedBytes,
  ...pool
}: { capacityBytes: bigint; usedBytes: bigint; claimedBytes: bigint } & Omit<
  z.output<typeof contract.poolDto>,
  'capacityBytes' | 'usedBytes' | 'claimedBytes'
>) {
  return { ...pool, capacityBytes: Number(capacityBytes), usedBytes: Number(usedBytes), claimedBytes: Number(claimedBytes) };
}

async function findZone(tx: Tx, { actor }: Request, id: string): Promise<void> {
  const zone = await tx.zone.findFirst({ where: { AND: [{ id }, rowsFor(actor, 'zone.read')] }, select: { id: true } });
  if (!zone) throw notFound('zone', id);
}

export function notFound(noun: string, id: string): DomainError {
  return new DomainError('NOT_FOUND', `There is no ${noun} ${id}.`, { id });
}
