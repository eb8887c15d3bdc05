import type { MetricsRecords } from '@nephos/activities/metrics/records.activities';
import { recordActivities } from '../lib/records.ts';

/** Of a quarter of an hour; a cloud that was off for a week needs some runs to catch up. */
const PIECES_PER_RUN = 200;

const records = recordActivities<MetricsRecords>();

/**
 * Runs every few minutes: rolls samples of instances up to five minutes and to hours, and drops what is older than what is kept.
 * Each run goes on from where the records say the last one ended, so one that was missed or repeated makes no difference.
 */
export async function rollUpMetrics(): Promise<void> {
  for (let piece = 0; piece < PIECES_PER_RUN; piece++) {
    const { isDone } = await records.rollUpMetricsPiece();
    if (isDone) break;
  }
  await records.dropOldMetrics();
}
