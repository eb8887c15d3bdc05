import { arrangeInstance, describeSaga, stateOf } from '@nephos/testing/saga-contract';

describeSaga({
  kind: 'instance.expunge',
  arrange: (world, name) => arrangeInstance(world, name, ['destroy']),
  begin: ({ instances, request }, ref) => instances.expunge(request, ref),
  activities: ['findRootVolume', 'removeVolume', 'forgetInstance', 'listRouters'],
  look: stateOf,
  done: 'expunged',
  undone: 'destroyed',
});
