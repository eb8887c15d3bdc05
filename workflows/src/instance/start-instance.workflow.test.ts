import { arrangeInstance, describeSaga, stateOf } from '@nephos/testing/saga-contract';

describeSaga({
  kind: 'instance.start',
  arrange: (world, name) => arrangeInstance(world, name, ['stop']),
  begin: ({ instances, request }, ref) => instances.start(request, ref),
  activities: [
    'requestNetworks',
    'placeInstance',
    'describeInstance',
    'prepareVolume',
    'describeNetworks',
    'ensureNetwork',
    'ensureRouter',
    'ensureInstance',
    'finishLaunch',
  ],
  sometimes: ['findInstance'],
  look: stateOf,
  done: 'running',
  undone: 'stopped',
});
