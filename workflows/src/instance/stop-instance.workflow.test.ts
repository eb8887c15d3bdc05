import { arrangeInstance, describeSaga, stateOf } from '@nephos/testing/saga-contract';
import { expect } from 'vitest';

describeSaga({
  kind: 'instance.stop',
  arrange: (world, name) => arrangeInstance(world, name),
  begin: ({ instances, request }, ref) => instances.stop(request, { ...ref, isForced: false }),
  activities: ['findPlace', 'stopInstance', 'removeInstance', 'leaveHost', 'removeNetwork', 'settleInstance'],
  look: stateOf,
  done: 'stopped',
  undone: expect.stringMatching(/^(running|stopped)$/),
});
