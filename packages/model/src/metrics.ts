/** How often an agent reads its guests' counters. */
export const SAMPLE_EVERY_MS = 30_000;
/** Samples that could not be sent are kept for this long by the agent, and taken for this long by the control plane. */
export const SAMPLES_KEPT_MS = 60 * 60_000;
/** How far a host's clock may be ahead of the control plane's. */
export const SAMPLE_AHEAD_MS = 60_000;
/** From here on no sample of a time is taken any more, so that it can be summed up for good. */
export const SAMPLES_COMPLETE_AFTER_MS = SAMPLES_KEPT_MS + 5 * 60_000;

export const METRIC_RANGES = ['hour', 'day', 'week', 'month'] as const;
export type MetricRange = (typeof METRIC_RANGES)[number];

/**
 * What is told of an instance over time. `cpu` is the fraction of its own CPUs that was busy (a little above 1 is possible, for the
 * emulator's own work counts too); `memory*` are bytes; all others are per second.
 */
export const METRICS = [
  'cpuFraction',
  'memoryUsedBytes',
  'memoryResidentBytes',
  'diskReadBytes',
  'diskWriteBytes',
  'diskReadRequests',
  'diskWriteRequests',
  'networkInBytes',
  'networkOutBytes',
] as const;
export type Metric = (typeof METRICS)[number];
