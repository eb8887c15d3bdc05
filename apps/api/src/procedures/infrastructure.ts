import * as contract from '@nephos/contracts/infrastructure.schema';
import { permitted, router } from '../trpc.ts';

export const zone = router({
  list: permitted('zone.read')
    .input(contract.listZonesSchema)
    .output(contract.zonePage)
    .query(({ ctx, input }) => ctx.services.zone.listZones(ctx.request, input)),
  get: permitted('zone.read')
    .input(contract.zoneIdSchema)
    .output(contract.zoneDto)
    .query(({ ctx, input }) => ctx.services.zone.getZone(ctx.request, input)),
  create: permitted('zone.create')
    .input(contract.createZoneSchema)
    .output(contract.zoneDto)
    .mutation(({ ctx, input }) => ctx.services.zone.createZone(ctx.request, input)),
  update: permitted('zone.update')
    .input(contract.updateZoneSchema)
    .output(contract.zoneDto)
    .mutation(({ ctx, input }) => ctx.services.zone.updateZone(ctx.request, input)),
});

export const pod = router({
  list: permitted('pod.read')
    .input(contract.listPodsSchema)
    .output(contract.podPage)
    .query(({ ctx, input }) => ctx.services.zone.listPods(ctx.request, input)),
  get: permitted('pod.read')
    .input(contract.podIdSchema)
    .output(contract.podDto)
    .query(({ ctx, input }) => ctx.services.zone.getPod(ctx.request, input)),
  create: permitted('pod.create')
    .input(contract.createPodSchema)
    .output(contract.podDto)
    .mutation(({ ctx, input }) => ctx.services.zone.createPod(ctx.request, input)),
  update: permitted('pod.update')
    .input(contract.updatePodSchema)
    .output(contract.podDto)
    .mutation(({ ctx, input }) => ctx.services.zone.updatePod(ctx.request, input)),
});

export const cluster = router({
  list: permitted('cluster.read')
    .input(contract.listClustersSchema)
    .output(contract.clusterPage)
    .query(({ ctx, input }) => ctx.services.zone.listClusters(ctx.request, input)),
  get: permitted('cluster.read')
    .input(contract.clusterIdSchema)
    .output(contract.clusterDto)
    .query(({ ctx, input }) => ctx.services.zone.getCluster(ctx.request, input)),
  create: permitted('cluster.create')
    .input(contract.createClusterSchema)
    .output(contract.clusterDto)
    .mutation(({ ctx, input }) => ctx.services.zone.createCluster(ctx.request, input)),
  update: permitted('cluster.update')
    .input(contract.updateClusterSchema)
    .output(contract.clusterDto)
    .mutation(({ ctx, input }) => ctx.services.zone.updateCluster(ctx.request, input)),
});

export const pool = router({
  list: permitted('pool.read')
    .input(contract.listPoolsSchema)
    .output(contract.poolPage)
    .query(({ ctx, input }) => ctx.services.storage.listPools(ctx.request, input)),
  create: permitted('pool.create')
    .input(contract.createPoolSchema)
    .output(contract.poolDto)
    .mutation(({ ctx, input }) => ctx.services.storage.createPool(ctx.request, input)),
  update: permitted('pool.update')
    .input(contract.updatePoolSchema)
    .output(contract.poolDto)
    .mutation(({ ctx, input }) => ctx.services.storage.updatePool(ctx.request, input)),
});

export const imageStore = router({
  list: permitted('image-store.read')
    .input(contract.listImageStoresSchema)
    .output(contract.imageStorePage)
    .query(({ ctx, input }) => ctx.services.storage.listImageStores(ctx.request, input)),
  create: permitted('image-store.create')
    .input(contract.createImageStoreSchema)
    .output(contract.imageStoreDto)
    .mutation(({ ctx, input }) => ctx.services.storage.createImageStore(ctx.request, input)),
  update: permitted('image-store.update')
    .input(contract.updateImageStoreSchema)
    .output(contract.imageStoreDto)
    .mutation(({ ctx, input }) => ctx.services.storage.updateImageStore(ctx.request, input)),
});

export const publicAddress = router({
  list: permitted('public-address.read')
    .input(contract.listPublicAddressesSchema)
    .output(contract.publicAddressPage)
    .query(({ ctx, input }) => ctx.services.publicAddress.list(ctx.request, input)),
  create: permitted('public-address.create')
    .input(contract.createPublicAddressesSchema)
    .output(contract.createdCountDto)
    .mutation(({ ctx, input }) => ctx.services.publicAddress.create(ctx.request, input)),
});
