import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/infrastructure.schema';
import { tagsSchema } from '@nephos/contracts/list.schema';
import type { Db, Tx } from '@nephos/db/database';
import { listPage } from '@nephos/db/list';
import { findNames } from '@nephos/db/name.repo';
import type { Cluster, Pod, Zone } from '@nephos/db/prisma';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';
import { change, create, notFound, only, tellChange } from './create.ts';

type Input<S extends z.ZodType> = z.output<S>;

/** Zones, and the pods and clusters in them: rows that administrators make, before anything runs. */
export function createZoneService({ db }: { db: Db }) {
  return {
    async createZone(request: Request, input: Input<typeof contract.createZoneSchema>) {
      return create(db, request, 'zone', input.name, async (tx) => toZoneDto(await tx.zone.create({ data: { id: newId(), ...input } }), null));
    },

    async updateZone(request: Request, { zoneId, ...input }: Input<typeof contract.updateZoneSchema>) {
      return change(db, request, 'zone', async (tx) => {
        const { name } = await findZone(tx, request, 'zone.update', zoneId);
        const data = given(input);
        const changed = only(await describeZones(tx, [await tx.zone.update({ where: { id: zoneId }, data })]));
        return { changed, message: tellChange(`Zone ${name}`, data) };
      });
    },

    async listZones({ actor }: Request, { isEnabled, ...input }: Input<typeof contract.listZonesSchema>) {
      const page = await listPage(input, { where: [rowsFor(actor, 'zone.read'), given({ isEnabled })] }, (args) => db.zone.findMany(args));
      return { ...page, items: await describeZones(db, page.items) };
    },

    async getZone(request: Request, { zoneId }: Input<typeof contract.zoneIdSchema>) {
      return only(await describeZones(db, [await findZone(db, request, 'zone.read', zoneId)]));
    },

    async createPod(request: Request, input: Input<typeof contract.createPodSchema>) {
      return create(db, request, 'pod', input.name, async (tx) => {
        await findZone(tx, request, 'zone.read', input.zoneId);
        return describePod(tx, await tx.pod.create({ data: { id: newId(), ...input } }));
      });
    },

    async updatePod(request: Request, { podId, name }: Input<typeof contract.updatePodSchema>) {
      return change(db, request, 'pod', async (tx) => {
        const before = await findPod(tx, request, 'pod.update', podId);
        const changed = await describePod(tx, await tx.pod.update({ where: { id: podId }, data: { name } }));
        return { changed, message: `Pod ${before.name} is called ${name} now.` };
      });
    },

    async listPods({ actor }: Request, { zoneId, ...input }: Input<typeof contract.listPodsSchema>) {
      const page = await listPage(input, { where: [rowsFor(actor, 'pod.read'), given({ zoneId })] }, (args) => db.pod.findMany(args));
      return { ...page, items: await describePods(db, page.items) };
    },

    async getPod(request: Request, { podId }: Input<typeof contract.podIdSchema>) {
      return describePod(db, await findPod(db, request, 'pod.read', podId));
    },

    async createCluster(request: Request, input: Input<typeof contract.createClusterSchema>) {
      return create(db, request, 'cluster', input.name, async (tx) => {
        const { zoneId } = await findPod(tx, request, 'pod.read', input.podId);
        return describeCluster(tx, await tx.cluster.create({ data: { id: newId(), zoneId, ...input } }));
      });
    },

    async updateCluster(request: Request, { clusterId, name }: Input<typeof contract.updateClusterSchema>) {
      return change(db, request, 'cluster', async (tx) => {
        const before = await findCluster(tx, request, 'cluster.update', clusterId);
        const changed = await describeCluster(tx, await tx.cluster.update({ where: { id: clusterId }, data: { name } }));
        return { changed, message: `Cluster ${before.name} is called ${name} now.` };
      });
    },

    async listClusters({ actor }: Request, { zoneId, podId, hypervisor, ...input }: Input<typeof contract.listClustersSchema>) {
      const filters = given({ zoneId, podId, hypervisor });
      const page = await listPage(input, { where: [rowsFor(actor, 'cluster.read'), filters] }, (args) => db.cluster.findMany(args));
      return { ...page, items: await describeClusters(db, page.items) };
    },

    async getCluster(request: Request, { clusterId }: Input<typeof contract.clusterIdSchema>) {
      return describeCluster(db, await findCluster(db, request, 'cluster.read', clusterId));
    },
  };
}
export type ZoneService = ReturnType<typeof createZoneService>;

export async function findZone(tx: Tx, { actor }: Request, permission: 'zone.read' | 'zone.update', id: string): Promise<Zone> {
  const zone = await tx.zone.findFirst({ where: { AND: [{ id }, rowsFor(actor, permission)] } });
  if (!zone) throw notFound('zone', id, 'zoneId');
  return zone;
}

async function findPod(tx: Tx, { actor }: Request, permission: 'pod.read' | 'pod.update', id: string): Promise<Pod> {
  const pod = await tx.pod.findFirst({ where: { AND: [{ id }, rowsFor(actor, permission)] } });
  if (!pod) throw notFound('pod', id, 'podId');
  return pod;
}

async function findCluster(tx: Tx, { actor }: Request, permission: 'cluster.read' | 'cluster.update', id: string): Promise<Cluster> {
  const cluster = await tx.cluster.findFirst({ where: { AND: [{ id }, rowsFor(actor, permission)] } });
  if (!cluster) throw notFound('cluster', id, 'clusterId');
  return cluster;
}

async function describePods(tx: Tx, pods: readonly Pod[]) {
  const names = await findNames(tx, { zone: pods.map(({ zoneId }) => zoneId) });
  const counts = await tx.cluster.groupBy({ by: ['podId'], where: { podId: { in: pods.map(({ id }) => id) } }, _count: { _all: true } });
  const countOf = new Map(counts.map(({ podId, _count }) => [podId, _count._all]));
  return pods.map((pod) => toPodDto(pod, names, countOf.get(pod.id) ?? 0));
}

function toPodDto({ id, zoneId, name, createdAt }: Pod, names: ReadonlyMap<string, string>, clusterCount: number) {
  return { id, zoneId, zoneName: names.get(zoneId) ?? '', name, clusterCount, createdAt: createdAt.toISOString() };
}

const describePod = async (tx: Tx, pod: Pod) => only(await describePods(tx, [pod]));

async function describeClusters(tx: Tx, clusters: readonly Cluster[]) {
  const names = await findNames(tx, { zone: clusters.map(({ zoneId }) => zoneId), pod: clusters.map(({ podId }) => podId) });
  const counts = await tx.host.groupBy({
    by: ['clusterId'],
    where: { clusterId: { in: clusters.map(({ id }) => id) }, removedAt: null },
    _count: { _all: true },
  });
  const countOf = new Map(counts.map(({ clusterId, _count }) => [clusterId, _count._all]));
  return clusters.map(({ id, zoneId, podId, name, hypervisor, createdAt }) => ({
    id,
    zoneId,
    zoneName: names.get(zoneId) ?? '',
    podId,
    podName: names.get(podId) ?? '',
    name,
    hypervisor,
    hostCount: countOf.get(id) ?? 0,
    createdAt: createdAt.toISOString(),
  }));
}

const describeCluster = async (tx: Tx, cluster: Cluster) => only(await describeClusters(tx, [cluster]));

async function describeZones(tx: Tx, zones: readonly Zone[]) {
  const kinds = await guestKindsOf(
    tx,
    zones.map(({ id }) => id),
  );
  return zones.map((zone) => toZoneDto(zone, kinds.get(zone.id) ?? null));
}

function toZoneDto({ id, name, networkType, guestCidr, dnsServers, isEnabled, createdAt, tags }: Zone, guestKind: GuestKind | null) {
  return { id, name, networkType, guestCidr, dnsServers, isEnabled, guestKind, createdAt: createdAt.toISOString(), tags: tagsSchema.parse(tags) };
}

type GuestKind = (typeof contract.GUEST_KINDS)[number];
/** As hosts report it (packages/drivers, HostFacts); of a zone that has several, the first here is said. */
const KIND_OF_ACCELERATION: readonly [acceleration: string, kind: GuestKind][] = [
  ['simulated', 'simulated'],
  ['emulation', 'emulated'],
  ['kvm', 'accelerated'],
];

/** All that a tenant is told of the hosts: whether what runs there is to be taken for real. A zone without a host that has said so is left out. */
async function guestKindsOf(tx: Tx, zoneIds: readonly string[]): Promise<Map<string, GuestKind>> {
  const said = await tx.$queryRaw<{ zoneId: string; acceleration: string }[]>`
    SELECT DISTINCT zone_id AS "zoneId", facts ->> 'acceleration' AS acceleration FROM host WHERE removed_at IS NULL AND zone_id = ANY (${[...zoneIds]}::uuid[])`;
  const kinds = new Map<string, GuestKind>();
  for (const [acceleration, kind] of KIND_OF_ACCELERATION) {
    for (const one of said) if (one.acceleration === acceleration && !kinds.has(one.zoneId)) kinds.set(one.zoneId, kind);
  }
  return kinds;
}
