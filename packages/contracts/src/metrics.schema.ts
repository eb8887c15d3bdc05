import { METRIC_RANGES, METRICS, type Metric } from '@nephos/model/metrics';
import { z } from 'zod';

// What agents send.

/** Also a host that lies can't tell what a chart could not hold. */
const VALUE_MAX = 1e15;
const valueSchema = z.number().min(0).max(VALUE_MAX).nullable();

function ofEach<S extends z.ZodType>(schema: S): Record<Metric, S> {
  return {
    cpuFraction: schema,
    memoryUsedBytes: schema,
    memoryResidentBytes: schema,
    diskReadBytes: schema,
    diskWriteBytes: schema,
    diskReadRequests: schema,
    diskWriteRequests: schema,
    networkInBytes: schema,
    networkOutBytes: schema,
  };
}

/** Of one guest, over the time since the reading before. */
export const sampleSchema = z.object({ instanceId: z.uuid(), generation: z.int(), ...ofEach(valueSchema) });
export type Sample = z.output<typeof sampleSchema>;

/** All guests of a host at one time. */
export const readingSchema = z.object({ at: z.iso.datetime(), samples: z.array(sampleSchema).max(10_000) });
export type Reading = z.output<typeof readingSchema>;

export const READINGS_AT_ONCE_MAX = 10;
export const hostMetricsSchema = z.object({ readings: z.array(readingSchema).max(READINGS_AT_ONCE_MAX) });
export type HostMetrics = z.output<typeof hostMetricsSchema>;

/** `refused`: samples of guests that this host holds no claim for, or of a time that is too far from now. */
export const metricsAnswerSchema = z.object({ refused: z.int() });

// What is asked.

export const instanceMetricsSchema = z.object({ instanceId: z.uuid(), range: z.enum(METRIC_RANGES).default('hour') });
export type InstanceMetricsInput = z.output<typeof instanceMetricsSchema>;

const columnSchema = z.array(z.number().nullable());
const seriesSchema = z.object({
  average: columnSchema,
  /** The highest sample; with samples as they are it is the average. */
  maximum: columnSchema,
});

/** In columns: the n-th value of each series belongs to the n-th of `times`. Null is a gap, or what the host could not tell. */
export const instanceMetricsDto = z.object({
  /** Unix time in seconds, as all times here. */
  from: z.int(),
  until: z.int(),
  /** A point stands for so many seconds: samples as they are, or summed up. */
  resolutionSeconds: z.int(),
  times: z.array(z.int()),
  series: z.object(ofEach(seriesSchema)),
});
export type InstanceMetrics = z.output<typeof instanceMetricsDto>;

/** A column for each metric. */
export function forEachMetric<T>(make: (metric: Metric) => T): Record<Metric, T> {
  const made = new Map(METRICS.map((metric) => [metric, make(metric)]));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- METRICS is all of them
  return Object.fromEntries(made) as Record<Metric, T>;
}
