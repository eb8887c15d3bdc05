import type { Db } from '@nephos/db/database';
import * as operations from '@nephos/db/operation.repo';
import { recordCall, statementCall } from '../lib/record-call.ts';
import type { ClosedOperationState } from '@nephos/model/operation/state';

type Ref = { operationId: string };

/** The records that every operation keeps of itself, whatever its story. */
export function createOperationRecords({ db }: { db: Db }) {
  const record = recordCall(db);
  const recordAtOnce = statementCall(db);
  return {
    beginOperation: ({ operationId }: Ref) => recordAtOnce((tx) => operations.beginOperation(tx, operationId)),
    enterStep: (entry: operations.StepEntry) => recordAtOnce((tx) => operations.enterStep(tx, entry)),
    startUndo: ({ operationId, error }: Ref & { error: operations.ErrorText }) => record((tx) => operations.startUndo(tx, operationId, error)),
    markStuck: ({ operationId, error }: Ref & { error: operations.ErrorText }) => record((tx) => operations.markStuck(tx, operationId, error)),
    resumeOperation: ({ operationId, to }: Ref & { to: 'running' | 'undoing' }) => record((tx) => operations.resume(tx, operationId, to)),
    refuseCancel: ({ operationId }: Ref) => recordAtOnce((tx) => operations.passPointOfNoReturn(tx, operationId)),
    endOperation: ({ operationId, state }: Ref & { state: ClosedOperationState }) => record((tx) => operations.endOperation(tx, operationId, state)),
  };
}
export type OperationRecords = ReturnType<typeof createOperationRecords>;
