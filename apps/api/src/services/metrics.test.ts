import { EventEmitter } from 'node:events';
import type { Actor } from '@nephos/authz/actor';
import type { Sample } from '@nephos/contracts/metrics.schema';
import { claimHost } from '@nephos/db/host-claim.repo';
import type { Host, Instance } from '@nephos/db/prisma';
import { createLogger } from '@nephos/log/log';
import { METRIC_RANGES } from '@nephos/model/metrics';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { makeAccount, makeHost, makeInstance, makeNetwork, makeUser, makeZone } from '@nephos/testing/factories';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMetricsService, type MetricsService } from './metrics.ts';

type User = Extract<Actor, { kind: 'user' }>;

let database: TestDatabase;
let metrics: MetricsService;
let owner: User;
let stranger: User;
let host: Host;
let instance: Instance;
beforeAll(async () => {
  database = await createTestDatabase();
  const events = new EventEmitter();
  const notify = async (channel: string, payload: string) => void events.emit(channel, payload);
  metrics = createMetricsService({ db: database.db, notifications: { events, notify, close: () => undefined }, log: createLogger('test', 'silent') });
});
afterAll(() => database.close());

beforeEach(async () => {
  const { db } = database;
  const zone = await makeZone(db);
  const account = await makeAccount(db);
  [owner, stranger] = [await makeUser(db, account), await makeUser(db, await makeAccount(db))];
  host = await makeHost(db, zone);
  const network = await makeNetwork(db, account, zone);
  instance = await makeInstance(db, account, zone, network);
  await claimHost(db, host.id, { resourceId: instance.id, generation: 1, cpuMhz: 100, memoryMib: 64 });
});

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const sample = (cpuFraction: number): Sample => ({
  instanceId: instance.id,
  generation: 1,
  cpuFraction,
  memoryUsedBytes: null,
  memoryResidentBytes: 1024,
  diskReadBytes: 1,
  diskWriteBytes: 2,
  diskReadRequests: 3,
  diskWriteRequests: 4,
  networkInBytes: 5,
  networkOutBytes: 6,
});
const take = (seconds: readonly number[]) =>
  metrics.take(host.id, { readings: seconds.map((each, index) => ({ at: secondsAgo(each), samples: [sample(index / 10)] })) });

describe('the metrics of an instance', () => {
  it('are told in columns, with a row of nulls where there is a gap', async () => {
    await take([300, 270, 240, 60, 30]);
    const { times, series, resolutionSeconds, from, until } = await metrics.ofInstance({ actor: owner }, { instanceId: instance.id, range: 'hour' });
    expect(resolutionSeconds).toBe(30);
    expect(series.cpuFraction.average).toEqual([0, expect.closeTo(0.1), expect.closeTo(0.2), null, expect.closeTo(0.3), expect.closeTo(0.4)]);
    expect(series.memoryUsedBytes.average).toEqual([null, null, null, null, null, null]);
    expect(series.networkOutBytes.maximum).toEqual([6, 6, 6, null, 6, 6]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(until - from).toBeGreaterThan(3_580);
  });

  it.each(METRIC_RANGES)('of a %s hold what came just now', async (range) => {
    await take([20]);
    const { times, series } = await metrics.ofInstance({ actor: owner }, { instanceId: instance.id, range });
    expect(times).toHaveLength(1);
    expect(series.diskReadRequests.maximum).toEqual([3]);
  });

  it('are not found by another tenant', async () => {
    await take([20]);
    await expect(metrics.ofInstance({ actor: stranger }, { instanceId: instance.id, range: 'hour' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('become a change once somebody has asked for them', async () => {
    const changes = () => database.db.change.count({ where: { resourceType: 'instance-metrics', resourceId: instance.id } });
    await take([60]);
    expect(await changes()).toBe(0);
    await metrics.ofInstance({ actor: owner }, { instanceId: instance.id, range: 'day' });
    await take([30]);
    expect(await changes()).toBe(1);
  });
});
