import { AGENT_CONTRACT } from '@nephos/contracts/agent-contract';
import { newId } from '@nephos/model/id';
import { makeAccount, makeHost, makeInstance, makeNetwork, makeZone } from '@nephos/testing/factories';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction, type Db } from './database.ts';
import { claimHost, releaseHost } from './host-claim.repo.ts';
import { removeHost } from './host-removal.repo.ts';
import { noteHostSeen } from './host-report.repo.ts';
import { findViolations } from './invariants.ts';
import { insertOperation } from './operation.repo.ts';
import { placeOnHost } from './placement.repo.ts';
import { claimPool, releasePool } from './pool-claim.repo.ts';
import type { Host } from './prisma.ts';
import { systemActor } from '@nephos/authz/actor';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase({ maxConnections: 20 });
  ({ db } = database);
});
afterAll(() => database.close());

const remove = (host: Host) => transaction(db, (tx) => removeHost(tx, host));
const NEED = { cpuMhz: 100, memoryMib: 64 };

describe('removing a host', () => {
  it('is refused while anything is claimed there, which is named', async () => {
    const zone = await makeZone(db);
    const host = await makeHost(db, zone);
    const pool = await db.pool.findFirstOrThrow({ where: { hostId: host.id } });
    const account = await makeAccount(db);
    const network = await makeNetwork(db, account, zone);
    const instance = await makeInstance(db, account, zone, network, { name: 'web', rootDiskBytes: 10n });
    const { id: volumeId } = await db.volume.findFirstOrThrow({ where: { instanceId: instance.id } });

    await claimHost(db, host.id, { resourceId: instance.id, generation: 1, ...NEED });
    await claimPool(db, pool.id, volumeId);
    await expect(remove(host)).rejects.toMatchObject({ code: 'IN_USE', message: expect.stringContaining('is in use: instance web. ') });
    await releaseHost(db, instance.id);
    await expect(remove(host)).rejects.toMatchObject({ code: 'IN_USE', message: expect.stringContaining('is in use: disk of web. ') });
    await releasePool(db, volumeId);

    const operation = await insertOperation(db, {
      kind: 'instance.deploy',
      actor: systemActor('reconciler'),
      accountId: account.id,
      resource: { type: 'instance', id: instance.id, name: 'web' },
      input: {},
    });
    const attempt = { operationId: operation.id, activityId: '1', attempt: 1, activity: 'findInstance', hostId: host.id, state: 'running' };
    await db.stepAttempt.create({ data: { ...attempt, startedAt: new Date() } });
    await expect(remove(host)).rejects.toMatchObject({ code: 'IN_USE', message: expect.stringContaining('operation instance.deploy of web. ') });
    expect(await db.host.findUniqueOrThrow({ where: { id: host.id } })).toMatchObject({ isEnabled: true, removedAt: null });

    await db.operation.update({ where: { id: operation.id }, data: { state: 'failed' } });
    await remove(host);
    await expect(remove(host)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes its pools along, voids what it connects with, and frees its name', async () => {
    const zone = await makeZone(db);
    const host = await makeHost(db, zone, { name: 'again', certificateFingerprint: 'aa', joinTokenHash: 'bb', joinTokenExpiresAt: new Date() });
    await remove(host);
    expect(await db.host.findUniqueOrThrow({ where: { id: host.id } })).toMatchObject({
      isEnabled: false,
      certificateFingerprint: null,
      joinTokenHash: null,
      joinTokenExpiresAt: null,
    });
    expect(await db.pool.findMany({ where: { hostId: host.id } })).toMatchObject([{ isEnabled: false, removedAt: expect.any(Date) }]);
    await makeHost(db, zone, { name: 'again' });
    await expect(makeHost(db, zone, { name: 'again' })).rejects.toMatchObject({ code: 'P2002' });
    expect((await findViolations(db)).filter(({ rule }) => rule.includes('removed'))).toEqual([]);
  });

  it('is not undone by a report that comes late', async () => {
    const host = await makeHost(db, await makeZone(db));
    await remove(host);
    const report = { bootId: newId(), agentVersion: '1', guests: [], attempts: [] };
    for (const isFull of [true, false]) expect(await noteHostSeen(db, host.id, { ...report, isFull }, AGENT_CONTRACT)).toBeUndefined();
    expect((await db.host.findUniqueOrThrow({ where: { id: host.id } })).state).toBe('disconnected');
  });

  it('and placing something there: one of the two comes too late', async () => {
    const zone = await makeZone(db);
    const ranking = { order: 'by-name', rank: <C>(candidates: readonly C[]) => candidates } as const;
    const need = { ...NEED, zoneId: zone.id, diskBytes: 1, placementTags: [], excludeHostIds: [] };
    const outcomes = new Set<string>();
    for (let round = 0; round < 40; round++) {
      const host = await makeHost(db, zone);
      const place = () => transaction(db, (tx) => placeOnHost(tx, ranking, { resourceId: newId(), generation: 1 }, need));
      // The lead changes from round to round, so that each side is first in some.
      const race = round % 2 === 0 ? [remove(host), place(), place()] : [place(), place(), remove(host)];
      const settled = await Promise.allSettled(race);
      const { removedAt } = await db.host.findUniqueOrThrow({ where: { id: host.id } });
      const claims = await db.hostAllocation.count({ where: { hostId: host.id } });
      expect(claims === 0).toBe(removedAt !== null);
      outcomes.add(removedAt ? 'removed' : 'placed');
      for (const { code } of settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])))
        expect(['IN_USE', 'CAPACITY']).toContain(code);
      await db.host.update({ where: { id: host.id }, data: { isEnabled: false } });
    }
    expect([...outcomes].toSorted()).toEqual(['placed', 'removed']);
  });
});
