import type { HostMetrics } from '@nephos/contracts/metrics.schema';
import type { GuestCounters } from '@nephos/drivers/hypervisor-driver';
import { createLogger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { SAMPLES_KEPT_MS } from '@nephos/model/metrics';
import { afterEach, describe, expect, it } from 'vitest';
import { createSampler } from './sampler.ts';

const instanceId = '00000000-0000-4000-8000-000000000001';
const EVERY_MS = 20;
let stop = new AbortController();
afterEach(() => {
  stop.abort();
  stop = new AbortController();
});

/** A host with one guest, whose counters grow by 1 with each look. */
function start({ send, now, guests = 1 }: { guests?: number; send?: (metrics: HostMetrics) => Promise<void>; now?: () => number } = {}) {
  const arrived: HostMetrics['readings'] = [];
  let looks = 0;
  let wake = Promise.withResolvers<void>();
  let isBroken = false;
  const note = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const sampler = createSampler({
    hypervisor: {
      readCounters: async () => {
        looks++;
        note();
        if (isBroken) throw new Error('libvirtd is away');
        return Array.from({ length: guests }, (_, at) => ({ ...countersOf(looks), instanceId: at === 0 ? instanceId : `guest ${at}` }));
      },
    },
    send: async (metrics) => {
      await send?.(metrics);
      arrived.push(...metrics.readings);
      note();
      return { refused: 0 };
    },
    everyMs: EVERY_MS,
    signal: stop.signal,
    log: createLogger('test', 'silent'),
    ...(now && { now }),
  });
  void sampler.run();
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await wake.promise;
  };
  return { sampler, arrived, looks: () => looks, until, breakHost: (broken: boolean) => (isBroken = broken) };
}

function countersOf(count: number): GuestCounters {
  return {
    instanceId,
    generation: 1,
    cpuCount: 1,
    cpuTimeNs: count,
    memoryUsedBytes: null,
    memoryResidentBytes: 1,
    diskReadBytes: count,
    diskWriteBytes: count,
    diskReadRequests: count,
    diskWriteRequests: count,
    networkInBytes: count,
    networkOutBytes: count,
  };
}

describe('the sampler', () => {
  it('tells from the second look on, once each time', async () => {
    const { arrived, until, looks } = start();
    await until(() => arrived.length >= 3);
    expect(arrived.length).toBeLessThan(looks());
    expect(new Set(arrived.map(({ at }) => at)).size).toBe(arrived.length);
    expect(arrived[0]?.samples).toMatchObject([{ instanceId, memoryUsedBytes: null }]);
  });

  it('compares nothing over the end of a guest', async () => {
    const { sampler, arrived, looks, until } = start();
    await until(() => looks() === 1);
    await new Promise(setImmediate); // the look is taken in
    sampler.noteEnd(instanceId);
    await until(() => looks() === 2);
    await new Promise(setImmediate);
    expect(arrived).toEqual([]);
    await until(() => arrived.length === 1);
    expect(looks()).toBe(3);
  });

  it('goes on when the hypervisor is back', async () => {
    const { arrived, until, breakHost, looks } = start();
    await until(() => arrived.length === 1);
    breakHost(true);
    const before = looks();
    await until(() => looks() >= before + 4);
    breakHost(false);
    const count = arrived.length;
    await until(() => arrived.length > count);
  });

  it('keeps what could not be sent, and sends it in order', async () => {
    let isAway = true;
    const { arrived, until, looks } = start({
      send: async () => {
        if (isAway) throw new Error('the control plane is away');
      },
    });
    await until(() => looks() === 5);
    expect(arrived).toEqual([]);
    isAway = false;
    await until(() => arrived.length >= 4);
    const times = arrived.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
  });

  it('sends what it kept in requests that are not too big, and at least one reading in each', async () => {
    let isAway = true;
    const sizes: number[] = [];
    const { until, looks } = start({
      guests: 3_000,
      send: async ({ readings }) => {
        if (isAway) throw new Error('the control plane is away');
        sizes.push(readings.length);
      },
    });
    await until(() => looks() === 5);
    isAway = false;
    await until(() => sizes.length >= 3);
    expect(new Set(sizes)).toEqual(new Set([1])); // two of them are 6,000 samples
  });

  it('drops what is refused for good, and goes on', async () => {
    let sent = 0;
    const { until } = start({
      send: async ({ readings }) => {
        expect(readings).toHaveLength(1); // nothing is left of the ones before
        sent++;
        throw new DomainError('BAD_INPUT', 'what is this');
      },
    });
    await until(() => sent >= 3);
  });

  it('keeps no more than the last hour', async () => {
    let at = Date.now();
    let isAway = true;
    const { arrived, until, looks } = start({
      now: () => (at += SAMPLES_KEPT_MS / 10),
      send: async () => {
        if (isAway) throw new Error('the control plane is away');
      },
    });
    await until(() => looks() === 20);
    isAway = false;
    await until(() => arrived.length > 0);
    expect(arrived.length).toBeLessThanOrEqual(10);
  });

  it('looks on while a request hangs', async () => {
    const { looks, until } = start({ send: () => new Promise(() => undefined) });
    await until(() => looks() >= 5);
  });
});
