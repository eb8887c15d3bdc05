import path from 'node:path';
import type { NephosClient } from '@nephos/client/client';
import { findViolations } from '@nephos/db/invariants';
import { openSimulatedState } from '@nephos/drivers/simulator/simulated-state';
import { DomainError } from '@nephos/model/errors';
import { foldersOf } from '../settings.ts';
import { say } from '../terminal.ts';
import { withBenchCloud, type BenchCloud } from './bench-cloud.ts';
import { timed, type Figure } from './figures.ts';
import { describeShape, runFloor, shapeOf } from './floor.ts';
import { cpuBetween, lookAtProcesses } from './processes.ts';

const AT_ONCE = 100;
const WARM_UP = 50;
/** Each account has a network of its own; this many instances share one. */
const PER_ACCOUNT = 10;
const SHAPES = 40;
const GOAL_RATIO = 0.6;
const GOAL_PER_MINUTE = 500;

/**
 * Deploys through the public API, a hundred at once, on simulated hosts. The floor runs in turn with it: as many empty workflows
 * of the shapes that deploys had. Afterwards nothing may be stuck or left over.
 */
export function benchDeploy({ hostCount, deployCount }: { hostCount: number; deployCount: number }): Promise<Figure[]> {
  return withBenchCloud(['--simulator', '--hosts', String(hostCount)], async (bench) => {
    let ids = await deployMany(bench, 'warm', WARM_UP);
    const half = Math.ceil(deployCount / 2);
    let oursMs = 0;
    let floorMs = 0;
    for (const part of ['first', 'second']) {
      oursMs += await measured(bench, `deploys, ${part} half`, half, async () => void (ids = await deployMany(bench, part, half)));
      const shapes = await Promise.all(
        Array.from({ length: SHAPES }, (_, n) => shapeOf(bench.temporal, `instance.deploy/${ids[Math.floor((n * ids.length) / SHAPES)]}`)),
      );
      say('floor', describeShape(shapes[Math.floor(SHAPES / 2)] ?? []));
      floorMs += await measured(bench, `floor, ${part} half`, half, () =>
        manyAtOnce(half, (n) => runFloor(bench.temporal, shapes[n % SHAPES] ?? [])),
      );
    }
    const ours = (2 * half) / (oursMs / 60_000);
    const floor = (2 * half) / (floorMs / 60_000);
    const problems = await findProblems(bench, WARM_UP + 2 * half);
    for (const problem of problems.slice(0, 20)) say('left over', problem);
    return [
      {
        name: `deploy, ${hostCount} hosts, ${2 * half} deploys`,
        unit: '/min',
        ours,
        floor,
        goal: '≥ 60 % of the floor, ≥ 500/min',
        isMet: ours >= GOAL_RATIO * floor && ours >= GOAL_PER_MINUTE,
      },
      { name: 'deploy, stuck or left over', unit: '', ours: problems.length, floor: null, goal: '0', isMet: problems.length === 0 },
    ];
  });
}

/** Waits for each as the floor does, by its workflow. Answers the operations' ids. */
async function deployMany(
  { addTenant, temporal, zoneId, templateId, computeOfferingId }: BenchCloud,
  name: string,
  count: number,
): Promise<string[]> {
  const tenants: NephosClient[] = [];
  for (let n = 0; n < count / PER_ACCOUNT; n++) tenants.push((await addTenant(`${name}-${n}`)).client);
  const ids: string[] = [];
  await manyAtOnce(count, async (n) => {
    const client = tenants[n % tenants.length];
    const [begun] = (await client?.api.instance.deploy.mutate({ name: `${name}-${n}`, zoneId, templateId, computeOfferingId })) ?? [];
    if (!begun) throw new DomainError('UNEXPECTED', 'A deploy began nothing.');
    ids.push(begun.id);
    await temporal.workflow.getHandle(`instance.deploy/${begun.id}`).result();
  });
  return ids;
}

async function manyAtOnce(count: number, work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

async function measured({ cloud }: BenchCloud, what: string, count: number, work: () => Promise<void>): Promise<number> {
  const before = await lookAtProcesses(cloud);
  const tookMs = await timed(work);
  const perRun = [...cpuBetween(before, await lookAtProcesses(cloud))].filter(([, cpuMs]) => cpuMs > count / 10);
  say(
    what,
    `${((count * 60_000) / tookMs).toFixed(0)}/min; CPU ms a run: ${perRun.map(([part, cpuMs]) => `${part} ${(cpuMs / count).toFixed(1)}`).join(', ')}`,
  );
  return tookMs;
}

/** Everything that should not be there after `count` deploys: failures, records that disagree, guests without a claim, claims without a guest. */
async function findProblems({ cloud: { db, dataFolder } }: BenchCloud, count: number): Promise<string[]> {
  const claims = await db.hostAllocation.findMany();
  const claimed = new Set(claims.map(({ hostId, resourceId, generation }) => `${resourceId} ${generation} on ${hostId}`));
  const routers = new Set((await db.router.findMany({ where: { removedAt: null } })).map(({ id }) => id));
  const guests = new Set(
    (await db.host.findMany()).flatMap(({ id }) =>
      openSimulatedState(path.join(foldersOf(dataFolder).simulator, id, 'journal.jsonl'))
        .guests()
        .filter((guest) => guest.state === 'running')
        .map((guest) => `${guest.id} ${guest.generation} on ${id}`),
    ),
  );
  const running = await db.instance.count({ where: { state: 'running' } });
  const notSucceeded = await db.operation.findMany({ where: { state: { not: 'succeeded' } } });
  return [
    ...(running === count ? [] : [`${running} of ${count} instances run`]),
    ...notSucceeded.map(({ kind, id, state, errorMessage }) => `${kind} ${id} is ${state}: ${errorMessage}`),
    ...(await findViolations(db)).map(({ rule, what }) => `${rule}: ${what}`),
    ...[...guests].filter((guest) => !claimed.has(guest)).map((guest) => `guest without a claim: ${guest}`),
    ...[...claimed]
      .filter((claim) => !guests.has(claim) && !routers.has(claim.split(' ')[0] ?? ''))
      .map((claim) => `claim without a guest: ${claim}`),
  ];
}
