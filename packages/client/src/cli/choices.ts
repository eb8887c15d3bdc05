import type { Inputs } from '../client.ts';

type Given<List> = List extends readonly (infer One extends string)[] ? One : never;
type Filters<F extends 'host' | 'operation'> = NonNullable<Inputs[F]['list']>;
type HostState = Given<NonNullable<Filters<'host'>['state']>>;
type OperationState = Given<NonNullable<Filters<'operation'>['state']>>;
type OperationKind = NonNullable<Filters<'operation'>['kind']>;

// What a person may choose from. The package for other repositories brings the API's types and no values of ours, so they
// stand here; the types see to it that none is missing.
export const HOST_STATES = namesIn<HostState>({ registered: true, connected: true, disconnected: true });
/** Whether it is open: it has not ended. */
const IS_OPEN: Record<OperationState, boolean> = {
  pending: true,
  running: true,
  undoing: true,
  stuck: true,
  succeeded: false,
  failed: false,
  cancelled: false,
};
export const OPERATION_STATES = namesIn<OperationState>(IS_OPEN);
export const isOpen = (state: OperationState): boolean => IS_OPEN[state];
export const OPERATION_KINDS = namesIn<OperationKind>({
  'instance.deploy': true,
  'instance.start': true,
  'instance.stop': true,
  'instance.reboot': true,
  'instance.destroy': true,
  'instance.recover': true,
  'instance.expunge': true,
  'instance.settle': true,
  'network.implement': true,
  'network.shutdown': true,
});

function namesIn<Name extends string>(all: Record<Name, boolean>): Name[] {
  return Object.keys(all).filter((name): name is Name => Object.hasOwn(all, name));
}
