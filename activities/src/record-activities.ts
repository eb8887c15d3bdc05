import type { Db } from '@nephos/db/database';
import type { Ranking } from '@nephos/db/placement.repo';
import { createFloorRecords } from './floor/records.activities.ts';
import { createInstanceRecords } from './instance/records.activities.ts';
import { createMetricsRecords } from './metrics/records.activities.ts';
import { createNetworkRecords } from './network/records.activities.ts';
import { createSweepRecords } from './sweep/records.activities.ts';
import { createOperationRecords } from './operation/records.activities.ts';

/** Everything that workflows write down, for the control worker. */
export function createRecordActivities(parts: { db: Db; ranking: Ranking; hostSilentMs?: number }) {
  return {
    ...createOperationRecords(parts),
    ...createInstanceRecords(parts),
    ...createNetworkRecords(parts),
    ...createSweepRecords(parts),
    ...createMetricsRecords(parts),
    ...createFloorRecords(),
  };
}
export type RecordActivities = ReturnType<typeof createRecordActivities>;
