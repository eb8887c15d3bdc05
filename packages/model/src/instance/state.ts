import { stateTable } from '../state-table.ts';

export const INSTANCE_STATES = [
  'deploying',
  'starting',
  'running',
  'stopping',
  'stopped',
  'rebooting',
  'unknown',
  'destroying',
  'destroyed',
  'recovering',
  'expunging',
  'expunged',
] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

// The whole life of an instance, on one screen. `unknown`: its host is away, so nobody can say.
const MOVES = {
  deploying: ['running', 'expunged'],
  starting: ['running', 'stopped'],
  running: ['stopping', 'rebooting', 'destroying', 'stopped', 'unknown'],
  stopping: ['stopped', 'running', 'unknown'],
  stopped: ['starting', 'destroying', 'unknown'],
  rebooting: ['running', 'stopped', 'unknown'],
  unknown: ['running', 'stopped'],
  destroying: ['destroyed', 'stopped', 'running', 'unknown'],
  destroyed: ['recovering', 'expunging'],
  recovering: ['stopped', 'destroyed'],
  expunging: ['expunged', 'destroyed'],
  expunged: [],
} as const satisfies Record<InstanceState, readonly InstanceState[]>;

export const instanceStates = stateTable<InstanceState>('instance', MOVES);

/** States that an open operation owns. A reconciler looks for rows in them that no open operation owns. */
export const TRANSITIONAL_INSTANCE_STATES = [
  'deploying',
  'starting',
  'stopping',
  'rebooting',
  'destroying',
  'recovering',
  'expunging',
] as const satisfies readonly InstanceState[];

export const INSTANCE_VERBS = ['start', 'stop', 'reboot', 'destroy', 'recover', 'expunge'] as const;
export type InstanceVerb = (typeof INSTANCE_VERBS)[number];

/** The state an operation moves an instance to when it begins. */
export const INSTANCE_VERB_STATE = {
  start: 'starting',
  stop: 'stopping',
  reboot: 'rebooting',
  destroy: 'destroying',
  recover: 'recovering',
  expunge: 'expunging',
} as const satisfies Record<InstanceVerb, InstanceState>;

/** Whether a verb makes sense for an instance in this state: what the API refuses and what the portal greys out. */
export function instanceCan(verb: InstanceVerb, state: InstanceState): boolean {
  return instanceStates.canMove(state, INSTANCE_VERB_STATE[verb]);
}
