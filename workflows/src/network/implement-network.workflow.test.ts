import { describeSaga } from '@nephos/testing/saga-contract';
import { beginImplement, makeUsedNetwork, networkState } from './network.arrange.ts';

describeSaga({
  kind: 'network.implement',
  arrange: (world, name) => makeUsedNetwork(world, name),
  begin: beginImplement,
  activities: ['placeRouter', 'ensureRouter', 'noteRouterApplied', 'finishImplement', 'releaseEmptyNetwork'],
  look: networkState,
  done: 'implemented',
  undone: 'allocated',
});
