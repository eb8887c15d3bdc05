import { setTimeout as sleep } from 'node:timers/promises';
import { operationDto } from '@nephos/contracts/operation.schema';
import type { Violation } from '@nephos/db/invariants';
import type { InstanceState } from '@nephos/model/instance/state';
import type { OperationKind } from '@nephos/model/operation-kind';
import { z } from 'zod';
import { say } from '../terminal.ts';
import { ACCEPTED, declaredBoundaries, lastCancellableStep, type Boundary } from './declared-steps.ts';
import { withFaultCloud, type FaultCloud, type Tenant } from './fault-cloud.ts';
import type { Move, Victim } from './plan.ts';
import { settle } from './settle.ts';
import { createStrikes, type Strikes } from './strikes.ts';

/** One process killed at one boundary. */
export interface Cell {
  boundary: Boundary;
  victim: Extract<Victim, 'control-worker' | 'agent-simulator' | 'api'>;
  /** It dies while the boundary's row is being written, which then never was (`unwritten`) or is there (`written`); or a little later (`within`). */
  moment: 'unwritten' | 'written' | 'within';
}

const DEATHS = [
  { victim: 'control-worker', moment: 'unwritten' },
  { victim: 'control-worker', moment: 'written' },
  { victim: 'agent-simulator', moment: 'written' },
  { victim: 'agent-simulator', moment: 'within' },
  { victim: 'api', moment: 'written' },
] as const;

/** Its one step is a record, which no cancel stops: it gives back what was claimed only when that fails. */
const UNDONE_BY_NO_CANCEL: OperationKind = 'instance.recover';

/** Every process at every boundary of every kind of operation. */
export function allCells(): Cell[] {
  const boundaries = declaredBoundaries().filter(({ kind, isUndo }) => !isUndo || kind !== UNDONE_BY_NO_CANCEL);
  return DEATHS.flatMap((death) =>
    boundaries.filter(({ step }) => death.moment !== 'within' || !step.startsWith('(')).map((boundary) => ({ boundary, ...death })),
  );
}

/** How each kind is brought about: what is done before, and what then begins it. */
const ARRANGEMENTS: Record<OperationKind, { before: readonly Move['verb'][]; begin: Move['verb'] | 'orphan' }> = {
  'instance.deploy': { before: [], begin: 'deploy' },
  'instance.start': { before: ['deploy', 'stop'], begin: 'start' },
  'instance.stop': { before: ['deploy'], begin: 'stop' },
  'instance.reboot': { before: ['deploy'], begin: 'reboot' },
  'instance.destroy': { before: ['deploy'], begin: 'destroy' },
  'instance.recover': { before: ['deploy', 'destroy'], begin: 'recover' },
  'instance.expunge': { before: ['deploy', 'destroy'], begin: 'expunge' },
  'instance.settle': { before: ['deploy'], begin: 'orphan' },
  'network.implement': { before: [], begin: 'deploy' },
  'network.shutdown': { before: ['deploy'], begin: 'destroy' },
};
/** The state in which an instance is left without an owner, so that settling it comes to the step. */
const ORPHANED_IN: Record<string, InstanceState> = {
  'leave the host': 'deploying',
  'remove the disk': 'deploying',
  'forget the instance': 'deploying',
  'record that it is destroyed': 'destroying',
  'record that it is still destroyed': 'recovering',
};

const AT_ONCE = 8;
const REACH_MS = 60_000;
const END_MS = 180_000;
const WITHIN_MS = 100;
/** After so long a workflow task that waits for a record is begun anew (Temporal's default), and then hears of a cancel. */
const WORKFLOW_TASK_MS = 10_000;
const LOOK_EVERY_MS = 20;

export interface MatrixReport {
  cells: number;
  violations: Violation[];
}

/** In batches: each of its operations is brought to its boundary and held there, then the one process is killed for all of them. */
export function runMatrix(cells: readonly Cell[]): Promise<MatrixReport> {
  return withFaultCloud(async (parts) => {
    const strikes = createStrikes(parts.cloud);
    const violations: Violation[] = [];
    let done = 0;
    for (const same of Map.groupBy(cells, batchOf).values()) {
      for (let from = 0; from < same.length; from += AT_ONCE) {
        const batch = same.slice(from, from + AT_ONCE);
        const found = await runBatch(parts, strikes, batch, done);
        done += batch.length;
        say('matrix', `${done} of ${cells.length} cells; ${batch[0]?.victim} ${batch[0]?.moment}: ${found.length} violations`);
        for (const { rule, what } of found) say('VIOLATION', `${rule}: ${what}`);
        violations.push(...found);
      }
    }
    return { cells: done, violations };
  });
}

/** Cells of one batch are struck by the same blow. The sweep accepts all that is left in one transaction, so one that is held there would hold all. */
function batchOf({ victim, moment, boundary: { isUndo, kind, step } }: Cell): string {
  return [victim, moment, isUndo, kind === 'instance.settle' && step === ACCEPTED].join(' ');
}

interface Lane {
  cell: Cell;
  tenant: Tenant;
  gateId: number;
  instanceId?: string | undefined;
}

async function runBatch(parts: FaultCloud, strikes: Strikes, cells: readonly Cell[], from: number): Promise<Violation[]> {
  const [first] = cells;
  if (!first) return [];
  const lanes = await Promise.all(cells.map((cell, at) => arrange(parts, cell, 2 * (from + at))));
  await parts.gates.add(lanes.flatMap(gatesOf));
  const begun = Promise.all(lanes.map((lane) => begin(parts, lane)));
  begun.catch(() => undefined); // awaited below, after the strike

  if (first.boundary.isUndo) await cancelAll(parts, lanes);
  const reached = await untilHeld(
    parts,
    lanes.map(({ gateId }) => gateId),
  );
  const openAll = () => Promise.all(lanes.map(({ gateId }) => parts.gates.open(gateId, { isRolledBack: first.moment === 'unwritten' })));
  if (first.moment === 'within') {
    await openAll();
    await sleep(WITHIN_MS);
  }
  const strike = strikes.strike({ victim: first.victim, pauseMs: 0 });
  await strike.down;
  if (first.moment !== 'within') await openAll();
  await strike.over;
  await begun;
  const ended = (await Promise.all(lanes.map((lane) => untilEnded(parts, lane)))).flat();
  for (const { tenant } of lanes) tenant.api.close(); // hundreds of open streams would be a load of their own
  return [
    ...lanes.filter(({ gateId }) => !reached.has(gateId)).map(({ cell }) => ({ rule: 'Every boundary is come to', what: describeCell(cell) })),
    ...ended,
    ...(await settle(parts)),
  ];
}

async function arrange(parts: FaultCloud, cell: Cell, gateId: number): Promise<Lane> {
  const lane: Lane = { cell, gateId, tenant: await parts.addTenant(`cell-${gateId}`) };
  const { kind, step } = cell.boundary;
  const more: Move['verb'][] = kind === 'instance.settle' && ORPHANED_IN[step] === 'recovering' ? ['destroy'] : [];
  for (const verb of [...ARRANGEMENTS[kind].before, ...more]) {
    const { id } = await ask(parts, lane, verb);
    const { state } = await lane.tenant.api.untilEnded(id);
    if (state !== 'succeeded') throw new Error(`${describeCell(cell)}: its ${verb} ended as ${state}`);
  }
  return lane;
}

/** The second one holds an operation that is to be cancelled, at its last step that can be. */
function gatesOf({ cell: { boundary }, gateId, tenant: { accountId } }: Lane) {
  const { kind, step, isUndo } = boundary;
  const cancelAt = isUndo ? lastCancellableStep(kind) : undefined;
  return [{ id: gateId, kind, step, nth: 1, accountId }, ...(cancelAt ? [{ id: gateId + 1, kind, step: cancelAt, nth: 1, accountId }] : [])];
}

async function begin(parts: FaultCloud, lane: Lane): Promise<void> {
  const { kind, step } = lane.cell.boundary;
  const { begin: verb } = ARRANGEMENTS[kind];
  if (verb !== 'orphan') return void (await ask(parts, lane, verb));
  await parts.cloud.db.instance.updateMany({
    where: { id: lane.instanceId ?? '' },
    data: { state: ORPHANED_IN[step] ?? 'stopping', operationId: null },
  });
  await parts.cloud.api.until(
    'the sweep finds it',
    async () => (await parts.cloud.db.operation.count({ where: { kind, accountId: lane.tenant.accountId, endedAt: { not: null } } })) > 0,
    END_MS,
  );
}

async function ask({ deployInput }: FaultCloud, lane: Lane, verb: Move['verb']): Promise<z.output<typeof operationDto>> {
  const { api } = lane.tenant;
  if (verb !== 'deploy') return api.mutate(operationDto, `instance.${verb}`, { instanceId: lane.instanceId });
  const [operation] = await api.mutate(z.array(operationDto), 'instance.deploy', { ...deployInput, name: 'vm' });
  if (!operation) throw new Error('a deploy began no operation');
  lane.instanceId = operation.resource.id;
  return operation;
}

/** Each is held at a step, cancelled there, and let on when its workflow has heard of it. */
async function cancelAll(parts: FaultCloud, lanes: readonly Lane[]): Promise<void> {
  const ids = lanes.map(({ gateId }) => gateId + 1);
  await untilHeld(parts, ids);
  for (const { cell, tenant } of lanes) {
    const where = { kind: cell.boundary.kind, accountId: tenant.accountId, endedAt: null };
    const operation = await parts.cloud.db.operation.findFirst({ where });
    if (operation) await parts.cloud.api.mutate(operationDto, 'operation.cancel', { operationId: operation.id });
  }
  await sleep(WORKFLOW_TASK_MS);
  for (const id of ids) await parts.gates.open(id);
}

/** Answers the gates that hold somebody: all of them, or those that did in time. */
async function untilHeld({ gates }: FaultCloud, ids: readonly number[]): Promise<Set<number>> {
  const giveUpAt = Date.now() + REACH_MS;
  for (;;) {
    const held = new Set(await gates.waiting());
    if (ids.every((id) => held.has(id)) || Date.now() > giveUpAt) return held;
    await sleep(LOOK_EVERY_MS);
  }
}

/** All operations of the lane's account. Nothing but a cancelled one may have failed by a process that died. */
async function untilEnded({ cloud: { api, db } }: FaultCloud, { cell, tenant: { accountId } }: Lane): Promise<Violation[]> {
  const what = describeCell(cell);
  const isOver = async () => (await db.operation.count({ where: { accountId, endedAt: null, state: { not: 'stuck' } } })) === 0;
  const isInTime = await api.until(`${what}: its operations end`, isOver, END_MS).catch(() => false);
  const operations = await db.operation.findMany({ where: { accountId } });
  return [
    ...(isInTime ? [] : [{ rule: 'Every operation ends', what }]),
    ...operations
      .filter(({ state }) => state !== 'succeeded' && !cell.boundary.isUndo)
      .map(({ kind, state, errorMessage }) => ({
        rule: 'What a process did not finish is finished',
        what: `${what}: ${kind} is ${state}: ${errorMessage}`,
      })),
    ...operations
      .filter(({ state }) => state === 'stuck')
      .map(({ kind, id }) => ({ rule: 'Every operation ends', what: `${what}: ${kind} ${id} is stuck` })),
  ];
}

export function describeCell({ boundary: { kind, step }, victim, moment }: Cell): string {
  return `${victim} killed at “${step}” of ${kind} (${moment})`;
}
