import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { SweepRecords } from '@nephos/activities/sweep/records.activities';
import { isOperationKind, workflowIdOf } from '@nephos/model/operation-kind';
import { startOperation } from '../lib/operation.ts';
import { recordActivities } from '../lib/records.ts';

const records = recordActivities<SweepRecords>();

/**
 * Runs every few seconds: starts operations that nobody started (a process died between commit and start, or Temporal was
 * away), passes on cancels that did not arrive, and begins what the records ask for: rows in a transitional state without an
 * owner are settled, claims of guests that stopped by themselves go back, destroyed instances are expunged when their time is over.
 */
export async function sweep(): Promise<void> {
  const { toStart, toCancel } = await records.sweepRecords();
  for (const operation of toStart) await startOperation(operation);
  for (const { id, kind } of toCancel) {
    if (!isOperationKind(kind)) continue;
    await getExternalWorkflowHandle(workflowIdOf({ id, kind }))
      .cancel()
      .catch((error: unknown) => log.info('a cancel found nobody', { operationId: id, error: String(error) }));
  }
}
