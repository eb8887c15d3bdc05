import { arrangeInstance, describeSaga, stateOf } from '@nephos/testing/saga-contract';
import { expect } from 'vitest';

describeSaga({
  kind: 'instance.destroy',
  arrange: (world, name) => arrangeInstance(world, name),
  begin: ({ instances, request }, ref) => instances.destroy(request, ref),
  activities: ['findPlace', 'stopInstance', 'removeInstance', 'leaveHost', 'removeNetwork', 'markDestroyed', 'releaseEmptyNetworks'],
  sometimes: ['locateNetwork', 'removeRouter', 'forgetRouter', 'settleNetwork'], // the shutdown of its network goes on beside it
  look: stateOf,
  done: 'destroyed',
  undone: expect.stringMatching(/^(running|stopped)$/),
});
