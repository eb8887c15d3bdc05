import * as contract from '@nephos/contracts/host.schema';
import { permitted, router } from '../trpc.ts';

export const host = router({
  list: permitted('host.read')
    .input(contract.listHostsSchema)
    .output(contract.hostPage)
    .query(({ ctx, input }) => ctx.services.host.list(ctx.request, input)),
  get: permitted('host.read')
    .input(contract.hostIdSchema)
    .output(contract.hostDetailDto)
    .query(({ ctx, input }) => ctx.services.host.get(ctx.request, input)),
  create: permitted('host.create')
    .input(contract.createHostSchema)
    .output(contract.hostToJoinDto)
    .mutation(({ ctx, input }) => ctx.services.host.create(ctx.request, input)),
  createJoinToken: permitted('host.join')
    .input(contract.hostIdSchema)
    .output(contract.hostToJoinDto)
    .mutation(({ ctx, input }) => ctx.services.host.createJoinToken(ctx.request, input)),
  update: permitted('host.update')
    .input(contract.updateHostSchema)
    .output(contract.hostDto)
    .mutation(({ ctx, input }) => ctx.services.host.update(ctx.request, input)),
  remove: permitted('host.remove')
    .input(contract.hostIdSchema)
    .output(contract.removedHostDto)
    .mutation(({ ctx, input }) => ctx.services.host.remove(ctx.request, input)),
});
