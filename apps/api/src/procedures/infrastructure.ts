import * as contract from '@nephos/contracts/infrastructure.schema';
import { permitted, router } from '../trpc.ts';

export const zone = router({
  list: permitted('zone.read')
    .input(contract.listZonesSchema)
    .output(contract.zonePage)
    .query(({ ctx, input }) => ctx.services.infrastructure.listZones(ctx.request, input)),
  get: permitted('zone.read')
    .input(contract.zoneIdSchema)
    .output(contract.zoneDto)
    .query(({ ctx, input }) => ctx.services.infrastructure.getZone(ctx.request, input)),
  create: permitted('zone.create')
    .input(contract.createZoneSchema)
    .output(contract.zoneDto)
    .mutation(({ ctx, input }) => ctx.services.infrastructure.createZone(ctx.request, input)),
});

export const pod = router({
  list: permitted('pod.read')
    .input(contract.listPodsSchema)
    .output(contract.podPage)
    .query(({ ctx, input }) => ctx.services.infrastructure.listPods(ctx.request, input)),
  get: permitted('pod.read')
    .input(contract.podIdSchema)
    .output(contract.podDto)
    .query(({ ctx, input }) => ctx.services.infrastructure.getPod(ctx.request, input)),
  create: permitted('pod.create')
    .input(contract.createPodSchema)
    .output(contract.podDto)
    .mutation(({ ctx, input }) => ctx.services.infrastructure.createPod(ctx.request, input)),
});

export const cluster = router({
  list: permitted('cluster.read')
    .input(contract.listClustersSchema)
    .output(contract.clusterPage)
    .query(({ ctx, input }) => ctx.services.infrastructure.listClusters(ctx.request, input)),
  get: permitted('cluster.read')
    .input(contract.clusterIdSchema)
    .output(contract.clusterDto)
    .query(({ ctx, input }) => ctx.services.infrastructure.getCluster(ctx.request, input)),
  create: permitted('cluster.create')
    .input(contract.createClusterSchema)
    .output(contract.clusterDto)
    .mutation(({ ctx, input }) => ctx.services.infrastructure.createCluster(ctx.request, input)),
});

export const pool = router({
  list: permitted('pool.read')
    .input(contract.listPoolsSchema)
    .output(contract.poolPage)
    .query(({ ctx, input }) => ctx.services.infrastructure.listPools(ctx.request, input)),
  create: permitted('pool.create')
    .input(contract.createPoolSchema)
    .output(contract.poolDto)
    .mutation(({ ctx, input }) => ctx.services.infrastructure.createPool(ctx.request, input)),
});

export const imageStore = router({
  list: permitted('image-store.read')
    .input(contract.listImageStoresSchema)
    .output(contract.imageStorePage)
    .query(({ ctx, input }) => ctx.services.infrastructure.listImageStores(ctx.request, input)),
  create: permitted('image-store.create')
    .input(contract.createImageStoreSchema)
    .output(contract.imageStoreDto)
    .mutation(({ ctx, input }) => ctx.services.infrastructure.createImageStore(ctx.request, input)),
});

export const publicAddress = router({
  create: permitted('public-address.create')
    .input(contract.createPublicAddressesSchema)
    .output(contract.createdCountDto)
    .mutation(({ ctx, input }) => ctx.services.infrastructure.createPublicAddresses(ctx.request, input)),
});
