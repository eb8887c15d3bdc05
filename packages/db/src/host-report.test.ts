import { systemActor } from '@nephos/authz/actor';
import { AGENT_CONTRACT } from '@nephos/contracts/agent-contract';
import type { HostReport } from '@nephos/contracts/agent.schema';
import { newId } from '@nephos/model/id';
import { makeAccount, makeHost, makeInstance, makeNetwork, makeZone } from '@nephos/testing/factories';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Db } from './database.ts';
import { claimHost, explainNoCapacity, findHostCandidates } from './host-claim.repo.ts';
import { noteAttempts, noteGuests, noteHostSeen, noteSilentHosts, noteUnfitAgent } from './host-report.repo.ts';
import { insertOperation } from './operation.repo.ts';
import type { Host, Instance } from './prisma.ts';

let database: TestDatabase;
let db: Db;
let host: Host;
let other: Host;
let instance: Instance;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ db } = database);
});
afterAll(() => database.close());

beforeEach(async () => {
  const zone = await makeZone(db);
  const account = await makeAccount(db);
  [host, other] = [await makeHost(db, zone), await makeHost(db, zone)];
  const network = await makeNetwork(db, account, zone);
  const { id } = await makeInstance(db, account, zone, network);
  await claimHost(db, host.id, { resourceId: id, generation: 3, cpuMhz: 100, memoryMib: 64 });
  instance = await db.instance.update({ where: { id }, data: { state: 'running', hostId: host.id, generation: 3 } });
});

type Guest = HostReport['guests'][number];
const guest = (state: Guest['state'], generation = 3): Guest => ({ instanceId: instance.id, generation, state });
const stateNow = async () => (await db.instance.findUniqueOrThrow({ where: { id: instance.id } })).state;
const move = (state: string) => db.instance.update({ where: { id: instance.id }, data: { state } });
const aReport = (given: Partial<HostReport> = {}): HostReport => ({
  bootId: newId(),
  agentVersion: '1',
  isFull: true,
  guests: [],
  attempts: [],
  ...given,
});

describe('what a host says of its guests', () => {
  it('changes nothing when it is what the records say', async () => {
    expect(await noteGuests(db, host, { isFull: true, guests: [guest('running')] })).toEqual([]);
    expect(await stateNow()).toBe('running');
  });

  it.each(['stopped', 'gone'] as const)('moves an instance that is %s behind our back to stopped, with an event', async (state) => {
    await noteGuests(db, host, { isFull: false, guests: [guest(state)] });
    expect(await stateNow()).toBe('stopped');
    expect(await db.event.findFirst({ where: { resourceId: instance.id } })).toMatchObject({ kind: 'instance.stopped-by-itself' });
  });

  it('moves an instance that a full list does not name to stopped', async () => {
    await noteGuests(db, host, { isFull: true, guests: [] });
    expect(await stateNow()).toBe('stopped');
  });

  it.each(['stopped', 'missing'])('does not believe a full list in which an instance is %s that was launched a moment ago', async (how) => {
    const guests = how === 'stopped' ? [guest('stopped')] : [];
    const resource = { type: 'instance', id: instance.id, name: instance.name };
    const { id } = await insertOperation(db, {
      kind: 'instance.start',
      actor: systemActor('test'),
      accountId: instance.accountId,
      resource,
      input: {},
    });
    await noteGuests(db, host, { isFull: true, guests }); // the list was made before the guest began
    expect(await stateNow()).toBe('running');
    await db.operation.update({ where: { id }, data: { endedAt: new Date() } });
    await noteGuests(db, host, { isFull: true, guests });
    expect(await stateNow()).toBe('running');
    await db.operation.update({ where: { id }, data: { endedAt: new Date(Date.now() - 40_000) } });
    await noteGuests(db, host, { isFull: true, guests });
    expect(await stateNow()).toBe('stopped');
  });

  it('says nothing of instances that are not in a partial list', async () => {
    await noteGuests(db, host, { isFull: false, guests: [] });
    expect(await stateNow()).toBe('running');
  });

  it.each(['running', 'stopped'] as const)('settles an unknown instance that is %s', async (state) => {
    await move('unknown');
    await noteGuests(db, host, { isFull: true, guests: [guest(state)] });
    expect(await stateNow()).toBe(state);
  });

  it('leaves an instance alone that an operation has', async () => {
    await move('stopping');
    await noteGuests(db, host, { isFull: true, guests: [] });
    expect(await stateNow()).toBe('stopping');
  });

  it('does not believe word of an older run', async () => {
    await noteGuests(db, host, { isFull: false, guests: [guest('stopped', 2)] });
    expect(await stateNow()).toBe('running');
  });

  it('names guests as stale whose claim is newer, elsewhere or gone, and does not count them as running', async () => {
    const unknown = { instanceId: newId(), generation: 1, state: 'running' as const };
    expect(await noteGuests(db, host, { isFull: true, guests: [guest('running', 2), unknown] })).toEqual([guest('running', 2), unknown]);
    expect(await stateNow()).toBe('stopped');
    expect(await noteGuests(db, other, { isFull: true, guests: [guest('running')] })).toEqual([guest('running')]);
  });
});

describe('a host', () => {
  it('that is silent is disconnected and its instances unknown; heard of again it is connected', async () => {
    await db.host.update({ where: { id: host.id }, data: { reportedAt: new Date(Date.now() - 60_000) } });
    await db.host.update({ where: { id: other.id }, data: { reportedAt: new Date() } });
    await noteSilentHosts(db, 45_000);
    expect(await stateNow()).toBe('unknown');
    const silent = await db.host.findUniqueOrThrow({ where: { id: host.id } });
    expect(silent.state).toBe('disconnected');
    expect((await db.host.findUniqueOrThrow({ where: { id: other.id } })).state).toBe('connected');
    await noteHostSeen(db, silent.id, aReport(), AGENT_CONTRACT);
    expect(await db.host.findUniqueOrThrow({ where: { id: host.id } })).toMatchObject({ state: 'connected' });
  });

  it.each([
    [{ current: 0, oldest: 0 }, 'of its agent'],
    [{ current: 3, oldest: 2 }, 'of the control plane'],
  ])('whose agent speaks %o takes nothing, and its instances are unknown, until it speaks what we do', async (spoken, what) => {
    await noteUnfitAgent(db, host.id, spoken, '0.0.1');
    await noteUnfitAgent(db, host.id, spoken, '0.0.1');
    const unfit = { state: 'disconnected', agentContract: spoken.current, agentOldestContract: spoken.oldest, agentVersion: '0.0.1' };
    expect(await db.host.findUniqueOrThrow({ where: { id: host.id } })).toMatchObject(unfit);
    const unknown = { state: 'unknown', stateReason: `Its host ${host.name} needs an update ${what}.` };
    expect(await db.instance.findUniqueOrThrow({ where: { id: instance.id } })).toMatchObject(unknown);
    expect(await db.event.count({ where: { resourceId: host.id, kind: 'host.needs-update' } })).toBe(1); // said once

    await noteHostSeen(db, host.id, aReport(), AGENT_CONTRACT);
    const back = await db.host.findUniqueOrThrow({ where: { id: host.id } });
    expect(back).toMatchObject({ state: 'connected', agentContract: 1, agentOldestContract: 1 });
    await noteGuests(db, back, { isFull: true, guests: [guest('running')] });
    expect(await stateNow()).toBe('running');
  });

  it.each([
    [1, 1, true],
    [null, null, true], // of before it was told
    [7, 1, true],
    [0, 0, false],
    [7, 2, false],
  ])('whose agent speaks up to %s and from %s is placed on: %s', async (agentContract, agentOldestContract, isTaken) => {
    await db.host.update({ where: { id: other.id }, data: { agentContract, agentOldestContract } });
    const need = { zoneId: other.zoneId, diskBytes: 1, cpuMhz: 1, memoryMib: 1, placementTags: [], excludeHostIds: [host.id] };
    const query = { ...need, order: 'by-name', limit: 9 } as const;
    expect((await findHostCandidates(db, query)).map(({ hostId }) => hostId)).toEqual(isTaken ? [other.id] : []);
    expect(await claimHost(db, other.id, { resourceId: newId(), generation: 1, cpuMhz: 1, memoryMib: 1 })).toBe(isTaken);
    if (!isTaken) expect(await explainNoCapacity(db, query)).toContain('(it has 2; 1 of them need another version of their agent)');
  });

  it('is what it says it is', async () => {
    await noteHostSeen(
      db,
      host.id,
      aReport({
        facts: { acceleration: 'kvm', accelerationReason: 'booted', cpuCount: 3, cpuMhz: 1_000, memoryMib: 2_000, versions: { qemu: '7' } },
        pools: [{ path: `/pool/${host.id}`, capacityBytes: 10, usedBytes: 5 }],
      }),
      AGENT_CONTRACT,
    );
    expect(await db.host.findUniqueOrThrow({ where: { id: host.id } })).toMatchObject({
      cpuCount: 3,
      memoryMib: 2_000,
      facts: { acceleration: 'kvm' },
    });
    expect(await db.pool.findFirstOrThrow({ where: { hostId: host.id } })).toMatchObject({ capacityBytes: 10n, usedBytes: 5n });
  });

  it('is told of its pools now, with the answer to a full report', async () => {
    const paths = [`/pool/${host.id}`, '/pool/new'];
    const { id: _, ...pool } = await db.pool.findFirstOrThrow({ where: { hostId: host.id } });
    await db.pool.create({ data: { ...pool, id: newId(), name: 'new', path: '/pool/new', tags: {} } });
    expect((await noteHostSeen(db, host.id, aReport(), AGENT_CONTRACT))?.poolPaths?.toSorted()).toEqual(paths);
    expect((await noteHostSeen(db, host.id, { ...aReport(), isFull: false }, AGENT_CONTRACT))?.poolPaths).toBeNull();
  });
});

describe('an attempt', () => {
  it('stays ended, whatever comes late, and one of an unknown operation is nobody’s', async () => {
    const { id: operationId } = await insertOperation(db, {
      kind: 'instance.stop',
      actor: { kind: 'system', name: 'test' },
      accountId: instance.accountId,
      resource: { type: 'instance', id: instance.id, name: 'vm' },
      input: {},
    });
    const attempt = {
      operationId,
      activityId: '1',
      activity: 'stopInstance',
      attempt: 1,
      fraction: null,
      errorCode: null,
      errorMessage: null,
      startedAt: new Date().toISOString(),
    };
    await noteAttempts(db, host.id, [{ ...attempt, state: 'running', fraction: 0.5, endedAt: null }]);
    await noteAttempts(db, host.id, [
      { ...attempt, state: 'failed', errorCode: 'HYPERVISOR_FAILED', errorMessage: 'no', endedAt: new Date().toISOString() },
    ]);
    await noteAttempts(db, host.id, [
      { ...attempt, state: 'running', endedAt: null },
      { ...attempt, operationId: newId(), state: 'running', endedAt: null },
    ]);
    expect(await db.stepAttempt.findMany({ where: { hostId: host.id } })).toMatchObject([
      { state: 'failed', errorCode: 'HYPERVISOR_FAILED', fraction: null },
    ]);
  });
});
