import { arrangeInstance, describeSaga, stateOf } from '@nephos/testing/saga-contract';

describeSaga({
  kind: 'instance.reboot',
  arrange: (world, name) => arrangeInstance(world, name),
  begin: ({ instances, request }, ref) => instances.reboot(request, { ...ref, isForced: false }),
  activities: ['requirePlace', 'describeInstance', 'rebootInstance', 'settleInstance'],
  look: stateOf,
  done: 'running',
  undone: 'running',
});
