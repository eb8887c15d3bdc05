import { describeSaga } from '@nephos/testing/saga-contract';
import { beginImplement, beginShutdown, makeUsedNetwork, networkState } from './network.arrange.ts';

describeSaga({
  kind: 'network.shutdown',
  arrange: async (world, name) => {
    const ref = await makeUsedNetwork(world, name);
    await world.finish(await beginImplement(world, ref));
    return ref;
  },
  begin: beginShutdown,
  activities: ['locateNetwork', 'removeRouter', 'removeNetwork', 'forgetRouter', 'settleNetwork'],
  look: networkState,
  done: 'allocated',
  undone: 'implemented',
});
