import { forEachMetric, type InstanceMetrics } from '@nephos/contracts/metrics.schema';
import type { MetricPoint } from '@nephos/db/metrics.repo';
import { SAMPLE_EVERY_MS } from '@nephos/model/metrics';

/** Samples and buckets that are further apart than this many of their steps have a gap between them. */
const GAP_STEPS = 1.5;

/**
 * Points in columns, with a row of nulls where there is a gap. Buckets finer than samples come hold samples as they are, at their own
 * time; others are shown at their beginning.
 */
export function toColumns(points: readonly MetricPoint[], bucketMs: number): Pick<InstanceMetrics, 'resolutionSeconds' | 'times' | 'series'> {
  const isAsSampled = bucketMs < SAMPLE_EVERY_MS;
  const stepMs = isAsSampled ? SAMPLE_EVERY_MS : bucketMs;
  const rows: { timeMs: number; point: MetricPoint | undefined }[] = [];
  for (const point of points) {
    const timeMs = (isAsSampled ? point.last : point.bucket).getTime();
    const last = rows.at(-1);
    if (last && timeMs - last.timeMs > GAP_STEPS * stepMs) rows.push({ timeMs: last.timeMs + stepMs / 2, point: undefined });
    rows.push({ timeMs, point });
  }
  return {
    resolutionSeconds: stepMs / 1000,
    times: rows.map(({ timeMs }) => Math.floor(timeMs / 1000)),
    series: forEachMetric((metric) => ({
      average: rows.map(({ point }) => point?.[`${metric}Average`] ?? null),
      maximum: rows.map(({ point }) => point?.[`${metric}Maximum`] ?? null),
    })),
  };
}
