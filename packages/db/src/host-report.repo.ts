import { isDeepStrictEqual } from 'node:util';
import { needsUpdate, tellNeeded, type Spoken } from '@nephos/contracts/agent-contract';
import type { HostReport } from '@nephos/contracts/agent.schema';
import { systemActor } from '@nephos/authz/actor';
import type { InstanceState } from '@nephos/model/instance/state';
import { transaction, type Db, type Tx } from './database.ts';
import { noteEvent } from './event.repo.ts';
import { lockInstance, stateOfInstance } from './instance.repo.ts';
import { columnsOf } from './locked-row.ts';
import { Prisma, type Host, type Instance } from './prisma.ts';

type Guest = HostReport['guests'][number];
const AGENT = systemActor('agent');

export interface SeenHost extends Host {
  /** Of its pools now; only looked up for a full report. */
  poolPaths: string[] | null;
}

/**
 * A host was heard of. Answers its row as it was before, undefined when there is none. What is new in what it says of itself is
 * written down, and that it is connected; all else would wake everybody who watches, each time.
 */
export async function noteHostSeen(db: Db, hostId: string, report: HostReport, spoken: Spoken): Promise<SeenHost | undefined> {
  const found = report.isFull ? await touch(db, hostId, report) : await db.host.findUnique({ where: { id: hostId, removedAt: null } });
  if (!found) return undefined;
  const host = { poolPaths: null, ...found };
  const facts = isDeepStrictEqual(report.facts, host.facts) ? undefined : report.facts;
  const isSpokenNew = host.agentContract !== spoken.current || host.agentOldestContract !== spoken.oldest;
  if (host.state !== 'connected' || host.bootId !== report.bootId || facts || isSpokenNew)
    await transaction(db, (tx) => noteHost(tx, host, report, spoken, facts));
  return host;
}

/** A thousand hosts do this every 15 seconds: one statement. */
async function touch(db: Db, hostId: string, { pools = [] }: HostReport): Promise<SeenHost | undefined> {
  const [host] = await db.$queryRaw<SeenHost[]>`
    WITH pools AS (
      UPDATE pool SET capacity_bytes = told."capacityBytes", used_bytes = told."usedBytes"
      FROM json_to_recordset(${JSON.stringify(pools)}::json) AS told (path text, "capacityBytes" bigint, "usedBytes" bigint)
      WHERE pool.host_id = ${hostId}::uuid AND pool.path = told.path
        AND (pool.capacity_bytes, pool.used_bytes) IS DISTINCT FROM (told."capacityBytes", told."usedBytes")
    )
    UPDATE host SET reported_at = now() WHERE id = ${hostId}::uuid AND removed_at IS NULL RETURNING ${columnsOf(Prisma.HostScalarFieldEnum)},
      ARRAY (SELECT path FROM pool WHERE host_id = host.id AND removed_at IS NULL) AS "poolPaths"`;
  return host;
}

async function noteHost(tx: Tx, host: Host, { bootId, agentVersion }: HostReport, spoken: Spoken, facts: HostReport['facts']): Promise<void> {
  const now = new Date();
  const { count } = await tx.host.updateMany({
    where: { id: host.id, removedAt: null }, // it may have been removed since
    data: {
      state: 'connected',
      bootId,
      agentVersion,
      agentContract: spoken.current,
      agentOldestContract: spoken.oldest,
      reportedAt: now,
      ...(host.state !== 'connected' && { connectedAt: now }),
      ...(facts && { cpuCount: facts.cpuCount, cpuMhz: facts.cpuMhz, memoryMib: facts.memoryMib, facts }),
    },
  });
  if (count > 0 && host.state !== 'connected')
    await noteEvent(tx, { kind: 'host.connected', actor: AGENT, resource: { type: 'host', id: host.id }, message: `Host ${host.name} connected.` });
}

/** An agent gives a report up after so long, and looks again for the next. */
const LIST_AGE_MAX_MS = 30_000;

/**
 * Compares what a host says of guests with what the records say, and moves settled instances to what is true: stopped behind
 * our back, running again after the host was away. Instances that an operation owns are left to it. Answers the guests that
 * must not run there: their claim is newer, elsewhere, or gone.
 */
export async function noteGuests(db: Db, host: Host, { isFull, guests }: Pick<HostReport, 'isFull' | 'guests'>): Promise<Guest[]> {
  const ids = guests.map((guest) => guest.instanceId);
  const claims = new Map((await db.hostAllocation.findMany({ where: { resourceId: { in: ids } } })).map((claim) => [claim.resourceId, claim]));
  const stale = guests.filter((guest) => {
    const claim = claims.get(guest.instanceId);
    return guest.state !== 'gone' && (claim?.hostId !== host.id || claim.generation !== guest.generation);
  });
  const told = new Map(guests.filter((guest) => !stale.includes(guest)).map((guest) => [guest.instanceId, guest]));
  // Which of the host's instances say otherwise is one query; in the usual case none does, and nothing is locked.
  const settled = await db.instance.findMany({
    where: { hostId: host.id, state: { in: ['running', 'unknown'] }, ...(isFull ? {} : { id: { in: ids } }) },
  });
  for (const instance of settled) {
    const guest = told.get(instance.id);
    const to = guest?.state === 'running' || guest?.state === 'paused' ? 'running' : 'stopped';
    if (!guest && !isFull) continue;
    if (guest && guest.generation < instance.generation) continue; // word of an older run
    if (instance.state === to) continue;
    // A full list may have been made before the guest began, and have waited since; the next one knows better. What ends is told by itself, too.
    if (isFull && to === 'stopped' && instance.state === 'running' && (await isJustLaunched(db, instance.id))) continue;
    await transaction(db, (tx) => settle(tx, instance, to, host));
  }
  return stale;
}

async function isJustLaunched(db: Db, instanceId: string): Promise<boolean> {
  const operation = await db.operation.findFirst({ where: { resourceId: instanceId }, orderBy: { createdAt: 'desc' }, select: { endedAt: true } });
  return operation !== null && (operation.endedAt === null || operation.endedAt.getTime() > Date.now() - LIST_AGE_MAX_MS);
}

async function settle(tx: Tx, seen: Instance, to: InstanceState, host: Host): Promise<void> {
  const instance = await lockInstance(tx, seen.id);
  if (instance.state !== seen.state || instance.generation !== seen.generation) return; // an operation came in between
  const was = stateOfInstance(instance);
  const reason = to === 'stopped' ? 'The guest stopped by itself or was stopped on its host.' : null;
  await tx.instance.update({ where: { id: instance.id }, data: { state: to, stateReason: reason } });
  await noteEvent(tx, {
    kind: to === 'stopped' ? 'instance.stopped-by-itself' : 'instance.seen-running',
    actor: AGENT,
    accountId: instance.accountId,
    resource: { type: 'instance', id: instance.id },
    message:
      to === 'stopped'
        ? `Instance ${instance.name} stopped on host ${host.name} without having been asked here.`
        : `Instance ${instance.name} was ${was}; its host says that it runs.`,
  });
}

/** Attempts of host activities, as they happen. One that ended stays ended, whatever comes late. */
export async function noteAttempts(tx: Tx, hostId: string, attempts: HostReport['attempts']): Promise<void> {
  if (attempts.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO step_attempt (operation_id, activity_id, attempt, activity, host_id, state, fraction, error_code, error_message, started_at, ended_at)
    SELECT told."operationId", told."activityId", told.attempt, told.activity, ${hostId}::uuid, told.state, told.fraction, told."errorCode", told."errorMessage", told."startedAt", told."endedAt"
    FROM json_to_recordset(${JSON.stringify(attempts)}::json) AS told ("operationId" uuid, "activityId" text, attempt int, activity text, state text, fraction float8,
      "errorCode" text, "errorMessage" text, "startedAt" timestamptz, "endedAt" timestamptz)
    WHERE EXISTS (SELECT 1 FROM operation WHERE operation.id = told."operationId")
    ON CONFLICT (operation_id, activity_id, attempt) DO UPDATE
    SET state = excluded.state, fraction = excluded.fraction, error_code = excluded.error_code, error_message = excluded.error_message, ended_at = excluded.ended_at
    WHERE step_attempt.state = 'running'`;
}

/** Hosts not heard of for a while are disconnected, and nobody can say what their running instances do. */
export async function noteSilentHosts(tx: Tx, silentMs: number): Promise<number> {
  const silent = await tx.$queryRaw<{ id: string; name: string }[]>`
    UPDATE host SET state = 'disconnected' WHERE state = 'connected' AND reported_at < now() - make_interval(secs => ${silentMs / 1000}) RETURNING id, name`;
  for (const host of silent) {
    await loseSight(tx, host.id, `Its host ${host.name} is disconnected.`);
    await noteEvent(tx, {
      kind: 'host.disconnected',
      actor: AGENT,
      resource: { type: 'host', id: host.id },
      message: `Host ${host.name} has not reported and is taken for disconnected.`,
    });
  }
  return silent.length;
}

/**
 * An agent that speaks nothing that this cloud does was heard of: its host counts as disconnected until one comes that does. Its guests
 * run on. Said again, it changes nothing.
 */
export async function noteUnfitAgent(db: Db, hostId: string, spoken: Spoken, agentVersion: string): Promise<void> {
  const which = needsUpdate(spoken);
  if (!which) return;
  await transaction(db, async (tx) => {
    const [host] = await tx.$queryRaw<{ name: string }[]>`
      UPDATE host SET agent_contract = ${spoken.current}, agent_oldest_contract = ${spoken.oldest}, agent_version = ${agentVersion},
        state = CASE WHEN state = 'connected' THEN 'disconnected' ELSE state END
      WHERE id = ${hostId}::uuid AND removed_at IS NULL
        AND (state = 'connected' OR (agent_contract, agent_oldest_contract, agent_version) IS DISTINCT FROM (${spoken.current}, ${spoken.oldest}, ${agentVersion}))
      RETURNING name`;
    if (!host) return;
    await loseSight(tx, hostId, `Its host ${host.name} needs an update ${which === 'agent' ? 'of its agent' : 'of the control plane'}.`);
    await noteEvent(tx, {
      kind: 'host.needs-update',
      actor: AGENT,
      resource: { type: 'host', id: hostId },
      message: `Host ${host.name} gets no work. ${tellNeeded(which, spoken)}`,
    });
  });
}

/** Nobody can say what a host's running instances do. */
async function loseSight(tx: Tx, hostId: string, stateReason: string): Promise<void> {
  await tx.instance.updateMany({ where: { hostId, state: 'running' }, data: { state: 'unknown', stateReason } });
}
