import { setTimeout as sleep } from 'node:timers/promises';
import { READINGS_AT_ONCE_MAX, type HostMetrics, type Reading } from '@nephos/contracts/metrics.schema';
import type { HypervisorDriver } from '@nephos/drivers/hypervisor-driver';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { SAMPLES_KEPT_MS } from '@nephos/model/metrics';
import { sampleBetween, type Look } from './rates.ts';

/** Some megabytes of JSON. */
const SAMPLES_AT_ONCE = 5_000;
/** Looks that are further apart than this many intervals are not compared: nobody can say what was between. */
const COMPARED_OVER = 2.5;

export interface Sampler {
  /** This guest has ended: what is counted from here on is another run's. */
  noteEnd(instanceId: string): void;
  /** Guests may have ended unseen. */
  noteGap(): void;
  /** Samples from now on, until the signal aborts. */
  run(): Promise<void>;
}

interface Parts {
  hypervisor: Pick<HypervisorDriver, 'readCounters'>;
  /** Answers how many samples were refused. */
  send: (metrics: HostMetrics, signal: AbortSignal) => Promise<{ refused: number }>;
  everyMs: number;
  signal: AbortSignal;
  log: Logger;
  /** Of the wall; tests may give another one. */
  now?: () => number;
}

/**
 * Reads the counters of all guests in one look, again and again, and sends what they did in between. It has nothing to do with
 * reports of state and never holds one up. While the control plane is away the readings of the last hour are kept; older ones are
 * dropped, and charts have a gap there.
 */
export function createSampler({ hypervisor, send, everyMs, signal, log, now = Date.now }: Parts): Sampler {
  let kept: Reading[] = [];
  let looks = new Map<string, Look>();

  /** Undefined when there is nothing to tell: no guest runs, or each is seen for the first time. */
  async function read(): Promise<Reading | undefined> {
    const all = await hypervisor.readCounters();
    const atMs = performance.now();
    const before = looks;
    looks = new Map(all.map((counters) => [counters.instanceId, { atMs, counters }]));
    const samples = [...looks].flatMap(([instanceId, look]) => {
      const last = before.get(instanceId);
      const sample = last && atMs - last.atMs <= COMPARED_OVER * everyMs ? sampleBetween(last, look) : undefined;
      return sample ? [sample] : [];
    });
    return samples.length > 0 ? { at: new Date(now()).toISOString(), samples } : undefined;
  }

  async function sendKept(): Promise<void> {
    while (kept.length > 0 && !signal.aborted) {
      const readings = firstOf(kept);
      const { refused } = await send({ readings }, signal).catch((error: unknown) => {
        if (!(error instanceof DomainError) || error.isRetryable) throw error;
        log.warn({ err: error }, 'samples are not understood by the control plane, and dropped');
        return { refused: 0 };
      });
      kept = kept.filter((reading) => !readings.includes(reading));
      if (refused > 0) log.info({ count: refused }, 'samples were refused: of guests without a claim here, or the clock of this host is wrong');
    }
  }

  let sending: Promise<void> | undefined;
  /** A control plane that takes its time holds up no look. */
  function sendInBackground(): void {
    sending ??= sendKept()
      .catch((error: unknown) => log.debug({ err: error }, 'samples did not arrive; they are sent with the next'))
      .finally(() => (sending = undefined));
  }

  async function sampleOnce(): Promise<void> {
    const reading = await read();
    if (reading) kept.push(reading);
    const oldest = now() - SAMPLES_KEPT_MS;
    kept = kept.filter(({ at }) => Date.parse(at) >= oldest);
    sendInBackground();
  }

  return {
    noteEnd: (instanceId) => void looks.delete(instanceId),
    noteGap: () => looks.clear(),
    run: async () => {
      // Hosts that started together must not come together.
      let nextAt = performance.now() + Math.random() * everyMs;
      while (!signal.aborted) {
        await sleep(Math.max(0, nextAt - performance.now()), undefined, { signal, ref: false }).catch(() => undefined);
        if (signal.aborted) return;
        await sampleOnce().catch((error: unknown) => log.debug({ err: error }, 'the counters of guests could not be read'));
        nextAt = Math.max(nextAt + everyMs, performance.now()); // steady; what took too long is left out
      }
    },
  };
}

/** What goes in one request: the oldest, as many as are not too much, and at least one. */
function firstOf(readings: readonly Reading[]): Reading[] {
  let count = 0;
  const tooMany = readings.findIndex(({ samples }) => (count += samples.length) > SAMPLES_AT_ONCE);
  return readings.slice(0, Math.min(READINGS_AT_ONCE_MAX, tooMany < 0 ? readings.length : Math.max(1, tooMany)));
}
