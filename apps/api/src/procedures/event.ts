import * as contract from '@nephos/contracts/event.schema';
import { permitted, router } from '../trpc.ts';

export const event = router({
  list: permitted('event.read')
    .input(contract.listEventsSchema)
    .output(contract.eventPage)
    .query(({ ctx, input }) => ctx.services.event.list(ctx.request, input)),
});
