import type { Db } from '@nephos/db/database';
import { rolledUpUntil, rollUp } from '@nephos/db/metrics.repo';
import { dropPartitions, FIVE_MINUTES_TIER, HOUR_TIER, SAMPLE_TIER } from '@nephos/db/metrics-partition.repo';

/** What keeps the metrics of instances small. Not one transaction each: a piece is one, and whatever ran once is not done again. */
export function createMetricsRecords({ db }: { db: Db }) {
  return {
    rollUpMetricsPiece: () => rollUp(db, new Date()),
    /** Nothing is dropped that has not been rolled up. */
    dropOldMetrics: async () => {
      const now = new Date();
      await dropPartitions(db, SAMPLE_TIER, now, await rolledUpUntil(db, 'five_minutes'));
      await dropPartitions(db, FIVE_MINUTES_TIER, now, await rolledUpUntil(db, 'hour'));
      await dropPartitions(db, HOUR_TIER, now);
    },
  };
}
export type MetricsRecords = ReturnType<typeof createMetricsRecords>;
