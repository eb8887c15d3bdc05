import { stateTable } from '../state-table.ts';

export const OPERATION_STATES = ['pending', 'running', 'undoing', 'stuck', 'succeeded', 'failed', 'cancelled'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

const MOVES = {
  pending: ['running', 'undoing'],
  running: ['succeeded', 'undoing', 'stuck'],
  undoing: ['stuck', 'failed', 'cancelled'],
  stuck: ['running', 'undoing'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<OperationState, readonly OperationState[]>;

export const operationStates = stateTable<OperationState>('operation', MOVES);

export const OPEN_OPERATION_STATES = ['pending', 'running', 'undoing', 'stuck'] as const satisfies readonly OperationState[];
export type ClosedOperationState = Exclude<OperationState, (typeof OPEN_OPERATION_STATES)[number]>;

export function isOpen(state: string): boolean {
  return OPEN_OPERATION_STATES.some((open) => open === state);
}

export type StepState = 'running' | 'succeeded' | 'failed' | 'stuck';
