import { stateTable } from '../state-table.ts';

export const NETWORK_STATES = ['allocated', 'implementing', 'implemented', 'shutting-down'] as const;
export type NetworkState = (typeof NETWORK_STATES)[number];

// `allocated`: a row and its addresses, and nothing on any host. One that nobody brings up any more is taken down.
const MOVES = {
  allocated: ['implementing'],
  implementing: ['implemented', 'allocated', 'shutting-down'],
  implemented: ['shutting-down'],
  'shutting-down': ['allocated', 'implemented'],
} as const satisfies Record<NetworkState, readonly NetworkState[]>;

export const networkStates = stateTable<NetworkState>('network', MOVES);
export const TRANSITIONAL_NETWORK_STATES = ['implementing', 'shutting-down'] as const satisfies readonly NetworkState[];
