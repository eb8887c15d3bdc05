import { instanceMetricsDto, type HostMetrics, type InstanceMetrics, type InstanceMetricsInput } from '@nephos/contracts/metrics.schema';
import type { Db } from '@nephos/db/database';
import { findInstance } from '@nephos/db/instance.repo';
import { makePartitions, SAMPLE_TIER } from '@nephos/db/metrics-partition.repo';
import { insertSamples, readMetrics, RESOLUTIONS } from '@nephos/db/metrics.repo';
import type { Logger } from '@nephos/log/log';
import { SAMPLE_EVERY_MS, SAMPLES_COMPLETE_AFTER_MS } from '@nephos/model/metrics';
import type { Notifications } from '../notifications.ts';
import type { Request } from '../request.ts';
import { toColumns } from './metrics.dto.ts';

/** A page that shows charts asks again with every change it hears of; one that is gone is forgotten after this. */
const WATCHED_MS = 4 * SAMPLE_EVERY_MS;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
export const WATCH_CHANNEL = 'metrics';

/**
 * What instances do over time. New samples reach the pages that show them through the change stream; but only instances whose
 * metrics were asked for a moment ago, of whichever API process, get a change: one for each sample of each instance would be more
 * writes than all else.
 */
export function createMetricsService({ db, notifications, log }: { db: Db; notifications: Notifications; log: Logger }) {
  const watchedUntil = new Map<string, number>();
  notifications.events.on(WATCH_CHANNEL, (instanceId: string) => {
    const now = Date.now();
    watchedUntil.set(instanceId, now + WATCHED_MS);
    for (const [id, until] of watchedUntil) if (until < now) watchedUntil.delete(id);
  });

  let preparedUntilMs = 0;
  let preparing: Promise<void> | undefined;
  /** Today's and tomorrow's, once a day; also where no control worker has run for days, as after a long weekend of a laptop. */
  async function preparePartitions(now: Date): Promise<void> {
    if (now.getTime() < preparedUntilMs) return;
    preparing ??= makePartitions(db, SAMPLE_TIER, new Date(now.getTime() - SAMPLES_COMPLETE_AFTER_MS), new Date(now.getTime() + DAY_MS))
      .then(() => (preparedUntilMs = Math.ceil(now.getTime() / DAY_MS) * DAY_MS))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'the partitions for metrics could not be made; today’s may be there, so samples are taken');
        preparedUntilMs = now.getTime() + MINUTE_MS;
      })
      .then(() => (preparing = undefined));
    await preparing;
  }

  return {
    /** What a host says of its guests; of those it holds no claim for, nothing is kept. */
    async take(hostId: string, { readings }: HostMetrics): Promise<{ refused: number }> {
      const now = new Date();
      await preparePartitions(now);
      const watched = [...watchedUntil].flatMap(([id, until]) => (until > now.getTime() ? [id] : []));
      return insertSamples(db, hostId, readings, { watched, now });
    },

    async ofInstance({ actor }: Request, { instanceId, range }: InstanceMetricsInput): Promise<InstanceMetrics> {
      await findInstance(db, actor, 'instance.read', instanceId);
      await notifications.notify(WATCH_CHANNEL, instanceId).catch(() => undefined); // then this page is told nothing new until it asks again
      const { rangeMs, stepMs, takesHours } = RESOLUTIONS[range];
      const until = new Date();
      const from = new Date(Math.ceil((until.getTime() - rangeMs) / stepMs) * stepMs); // whole buckets only
      const points = await readMetrics(db, { instanceId, from, until, stepMs, takesHours });
      return instanceMetricsDto.parse({ from: seconds(from), until: seconds(until), ...toColumns(points, stepMs) });
    },
  };
}
export type MetricsService = ReturnType<typeof createMetricsService>;

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}
