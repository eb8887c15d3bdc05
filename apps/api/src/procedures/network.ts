import * as contract from '@nephos/contracts/network.schema';
import { permitted, router } from '../trpc.ts';

export const network = router({
  list: permitted('network.read')
    .input(contract.listNetworksSchema)
    .output(contract.networkPage)
    .query(({ ctx, input }) => ctx.services.network.listNetworks(ctx.request, input)),
});

/** Of networks; tRPC's own routers are another thing. */
export const virtualRouter = router({
  list: permitted('router.read')
    .input(contract.listRoutersSchema)
    .output(contract.routerPage)
    .query(({ ctx, input }) => ctx.services.network.listRouters(ctx.request, input)),
});
