import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { foldersOf } from '../settings.ts';
import { say } from '../terminal.ts';
import { withFaultCloud, type FaultCloud } from './fault-cloud.ts';
import { runLane, type LaneTally } from './lane.ts';
import type { Plan, PlannedFault } from './plan.ts';
import { settle } from './settle.ts';
import { createStrikes, type Strikes } from './strikes.ts';

export interface RunReport extends LaneTally {
  /** Faults that happened: some wait for what the run never comes to. */
  faults: PlannedFault[];
  /** All operations that ended, also those that others began: how many of each kind and state, and the reasons of failures. */
  operations: { kind: string; state: string; errorCode: string | null; count: number }[];
  tookMs: number;
}

const LOOK_EVERY_MS = 15;

/** Does what the plan says in a cloud of its own, waits until it has settled, and looks for what is wrong. */
export function runPlan(plan: Plan): Promise<RunReport> {
  return withFaultCloud(async (parts) => {
    const startedAt = Date.now();
    const { cloud, gates } = parts;
    const strikes = createStrikes(cloud);
    const lanesDone = new AbortController();
    await gates.add(plan.faults.map(({ at, when }) => ({ id: at, ...when })));
    const striking = strikeAtGates(parts, strikes, plan.faults, lanesDone.signal);
    const tallies = await runLanes(parts, plan).finally(() => lanesDone.abort());
    const faults = await striking;
    await strikes.settled();
    const violations = [...tallies.flatMap((tally) => tally.violations), ...(await settle(parts))];
    if (violations.length > 0) await keepLogs(cloud.dataFolder);
    return {
      ...sumOf(tallies),
      violations,
      faults,
      operations: await countOperations(parts),
      tookMs: Date.now() - startedAt,
    };
  });
}

async function runLanes(parts: FaultCloud, { moves }: Plan): Promise<LaneTally[]> {
  const tenants = new Map<number, Awaited<ReturnType<FaultCloud['addTenant']>>>();
  for (const tenant of new Set(moves.map((move) => move.tenant))) tenants.set(tenant, await parts.addTenant(`tenant-${tenant}`));
  const lanes = Map.groupBy(moves, ({ lane }) => lane);
  return Promise.all(
    [...lanes.values()].map((lane) => {
      const tenant = tenants.get(lane[0]?.tenant ?? -1);
      if (!tenant) throw new RangeError('a move of nobody');
      return runLane(parts, tenant, lane);
    }),
  );
}

/** Whoever comes to a gate is held there while the victim dies, or let through and the victim struck a little later. Answers the faults that happened. */
async function strikeAtGates({ gates }: FaultCloud, strikes: Strikes, faults: readonly PlannedFault[], signal: AbortSignal): Promise<PlannedFault[]> {
  const begun = new Map<number, Promise<PlannedFault>>();
  const happen = async (fault: PlannedFault) => {
    if (fault.afterMs > 0 || strikes.isBusy(fault.victim)) {
      await gates.open(fault.at);
      await sleep(fault.afterMs);
      await strikes.strike(fault).down;
    } else {
      const { down } = strikes.strike(fault);
      await down;
      await gates.open(fault.at);
    }
    return fault;
  };
  while (!signal.aborted) {
    for (const id of await gates.waiting()) {
      const fault = faults.find(({ at }) => at === id);
      if (fault && !begun.has(id)) begun.set(id, happen(fault));
    }
    await sleep(LOOK_EVERY_MS);
  }
  const happened = await Promise.all(begun.values());
  for (const { at } of faults) if (!begun.has(at)) await gates.open(at);
  return happened;
}

async function countOperations({ cloud: { db } }: FaultCloud): Promise<RunReport['operations']> {
  const groups = await db.operation.groupBy({ by: ['kind', 'state', 'errorCode'], _count: true, orderBy: [{ kind: 'asc' }, { state: 'asc' }] });
  return groups.map(({ kind, state, errorCode, _count }) => ({ kind, state, errorCode, count: _count }));
}

function sumOf(tallies: readonly LaneTally[]): Omit<LaneTally, 'violations'> {
  const sum = (of: 'begun' | 'refused' | 'skipped' | 'cancelled' | 'stuck') => tallies.reduce((total, tally) => total + tally[of], 0);
  return { begun: sum('begun'), refused: sum('refused'), skipped: sum('skipped'), cancelled: sum('cancelled'), stuck: sum('stuck') };
}

async function keepLogs(dataFolder: string): Promise<void> {
  const kept = path.join(tmpdir(), `${path.basename(dataFolder)}.logs`);
  await cp(foldersOf(dataFolder).logs, kept, { recursive: true });
  say('logs', `kept in ${kept}`);
}
