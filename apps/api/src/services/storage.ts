import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/infrastructure.schema';
import type { Db, Tx } from '@nephos/db/database';
import { keepHost } from '@nephos/db/host-removal.repo';
import { listPage } from '@nephos/db/list';
import { findNames } from '@nephos/db/name.repo';
import type { ImageStore, Pool } from '@nephos/db/prisma';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';
import { change, create, notFound, only, tellChange } from './create.ts';
import { findZone } from './zone.ts';

type Input<S extends z.ZodType> = z.output<S>;

/** Where disks lie (pools) and where templates do (image stores). */
export function createStorageService({ db, imageFolder }: { db: Db; imageFolder: string }) {
  return {
    async createPool(request: Request, { hostId, ...input }: Input<typeof contract.createPoolSchema>) {
      return create(db, request, 'pool', input.name, async (tx) => {
        const host = await tx.host.findFirst({ where: { AND: [{ id: hostId, removedAt: null }, rowsFor(request.actor, 'host.read')] } });
        if (!host || !(await keepHost(tx, hostId))) throw notFound('host', hostId, 'hostId');
        const { zoneId, clusterId } = host;
        return describePool(tx, await tx.pool.create({ data: { id: newId(), zoneId, clusterId, hostId, ...input } }));
      });
    },

    async updatePool(request: Request, { poolId, ...input }: Input<typeof contract.updatePoolSchema>) {
      return change(db, request, 'pool', async (tx) => {
        const pool = await tx.pool.findFirst({ where: { AND: [{ id: poolId, removedAt: null }, rowsFor(request.actor, 'pool.update')] } });
        if (!pool) throw notFound('pool', poolId);
        const data = given(input);
        return {
          changed: await describePool(tx, await tx.pool.update({ where: { id: poolId }, data })),
          message: tellChange(`Pool ${pool.name}`, data),
        };
      });
    },

    async listPools({ actor }: Request, { zoneId, hostId, isEnabled, ...input }: Input<typeof contract.listPoolsSchema>) {
      const filters = { removedAt: null, ...given({ zoneId, hostId, isEnabled }) };
      const page = await listPage(input, { where: [rowsFor(actor, 'pool.read'), filters] }, (args) => db.pool.findMany(args));
      return { ...page, items: await describePools(db, page.items) };
    },

    async createImageStore(request: Request, input: Input<typeof contract.createImageStoreSchema>) {
      return create(db, request, 'image-store', input.name, async (tx) => {
        await findZone(tx, request, 'zone.read', input.zoneId);
        const id = newId();
        return describeImageStore(tx, await tx.imageStore.create({ data: { id, path: `${imageFolder}/${id}`, ...input } }));
      });
    },

    async updateImageStore(request: Request, { imageStoreId, name }: Input<typeof contract.updateImageStoreSchema>) {
      return change(db, request, 'image-store', async (tx) => {
        const store = await tx.imageStore.findFirst({ where: { AND: [{ id: imageStoreId }, rowsFor(request.actor, 'image-store.update')] } });
        if (!store) throw notFound('image store', imageStoreId);
        const changed = await describeImageStore(tx, await tx.imageStore.update({ where: { id: imageStoreId }, data: { name } }));
        return { changed, message: `Image store ${store.name} is called ${name} now.` };
      });
    },

    async listImageStores({ actor }: Request, { zoneId, ...input }: Input<typeof contract.listImageStoresSchema>) {
      const page = await listPage(input, { where: [rowsFor(actor, 'image-store.read'), given({ zoneId })] }, (args) => db.imageStore.findMany(args));
      return { ...page, items: await describeImageStores(db, page.items) };
    },
  };
}
export type StorageService = ReturnType<typeof createStorageService>;

async function describePools(tx: Tx, pools: readonly Pool[]): Promise<contract.PoolDto[]> {
  const names = await findNames(tx, { zone: pools.map(({ zoneId }) => zoneId), host: pools.map(({ hostId }) => hostId) });
  return pools.map((pool) => ({
    id: pool.id,
    name: pool.name,
    kind: pool.kind,
    zoneId: pool.zoneId,
    zoneName: names.get(pool.zoneId) ?? '',
    hostId: pool.hostId,
    hostName: names.get(pool.hostId ?? '') ?? null,
    path: pool.path,
    capacityBytes: Number(pool.capacityBytes),
    usedBytes: Number(pool.usedBytes),
    claimedBytes: Number(pool.claimedBytes),
    overprovisioning: pool.overprovisioning,
    isEnabled: pool.isEnabled,
    placementTags: pool.placementTags,
    createdAt: pool.createdAt.toISOString(),
  }));
}

const describePool = async (tx: Tx, pool: Pool) => only(await describePools(tx, [pool]));

async function describeImageStores(tx: Tx, stores: readonly ImageStore[]) {
  const names = await findNames(tx, { zone: stores.map(({ zoneId }) => zoneId) });
  const counts = await tx.template.groupBy({
    by: ['imageStoreId'],
    where: { imageStoreId: { in: stores.map(({ id }) => id) }, removedAt: null },
    _count: { _all: true },
  });
  const countOf = new Map(counts.map(({ imageStoreId, _count }) => [imageStoreId, _count._all]));
  return stores.map(({ id, zoneId, name, kind, path, createdAt }) => ({
    id,
    zoneId,
    zoneName: names.get(zoneId) ?? '',
    name,
    kind,
    path,
    templateCount: countOf.get(id) ?? 0,
    createdAt: createdAt.toISOString(),
  }));
}

const describeImageStore = async (tx: Tx, store: ImageStore) => only(await describeImageStores(tx, [store]));
