import { arrangeInstance, describeSaga, stateOf } from '@nephos/testing/saga-contract';

describeSaga({
  kind: 'instance.recover',
  arrange: (world, name) => arrangeInstance(world, name, ['destroy']),
  begin: ({ instances, request }, ref) => instances.recover(request, ref),
  activities: ['markRecovered'],
  look: stateOf,
  done: 'stopped',
  undone: 'destroyed',
});
