import { setTimeout as sleep } from 'node:timers/promises';
import type { NephosClient } from '@nephos/client/client';
import type { Db } from '@nephos/db/database';
import { DomainError } from '@nephos/model/errors';
import { createGates, type Gates } from '../faults/gates.ts';
import { declaredBoundaries } from '../faults/declared-steps.ts';
import { createStrikes, type Strikes } from '../faults/strikes.ts';
import { say } from '../terminal.ts';
import { withBenchCloud, type BenchCloud } from './bench-cloud.ts';
import { quantile, type Figure } from './figures.ts';

const WRITE_EVERY_MS = 50;
const SETTLE_MS = 2_000;
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 10;

interface FaultBench extends BenchCloud {
  samples: number;
  gates: Gates;
  strikes: Strikes;
  client: NephosClient;
  accountId: string;
  instanceId: string;
}

/** What a fault costs: how long after a kill (-9) the work of the one that was killed goes on. `npm start` starts it again after half a second. */
export function benchFaults({ samples }: { samples: number }): Promise<Figure[]> {
  return withBenchCloud(
    ['--simulator'],
    async (bench) => {
      const { client, accountId } = await bench.addTenant('bench');
      const { zoneId, templateId, computeOfferingId, cloud } = bench;
      const [deploy] = await client.api.instance.deploy.mutate({ name: 'vm', zoneId, templateId, computeOfferingId });
      if (!deploy) throw new DomainError('UNEXPECTED', 'A deploy began nothing.');
      await client.waitForOperation(deploy.id);
      const gates = await createGates(bench.databaseUrl);
      const parts = { ...bench, samples, gates, strikes: createStrikes(cloud), client, accountId, instanceId: deploy.resource.id };
      const figures = [
        figureOf('worker killed → its operation goes on', await workerKilled(parts), 15_000),
        figureOf('agent killed → its host takes work', await agentKilled(parts), 5_000),
        ...(await apiKilled(parts)),
      ];
      await gates.close();
      return figures;
    },
    { NEPHOS_RESTART_MAX_MS: '500' },
  );
}

/** Stops and starts in turn; each comes to another step, and there the worker dies. Until the next step, or the end. */
async function workerKilled({ samples, client, instanceId, accountId, gates, strikes, cloud: { db } }: FaultBench): Promise<number[]> {
  const steps = declaredBoundaries().filter(({ isUndo, step }) => !isUndo && step !== '(accepted)' && step !== '(ends)');
  const times: number[] = [];
  for (let sample = 0; sample < 2 * Math.ceil(samples / 2); sample++) {
    const verb = sample % 2 === 0 ? 'stop' : 'start';
    const kind = `instance.${verb}` as const;
    const ofKind = steps.filter((one) => one.kind === kind);
    const { step } = ofKind[Math.floor(sample / 2) % ofKind.length] ?? { step: '' };
    await gates.add([{ id: sample, kind, step, nth: 1, accountId }]);
    const operation = await client.api.instance[verb].mutate({ instanceId });
    while (!(await gates.waiting()).includes(sample)) await sleep(LOOK_EVERY_MS);
    const from = Date.now();
    const strike = strikes.strike({ victim: 'control-worker', pauseMs: 0 });
    await strike.down;
    await gates.open(sample);
    times.push((await nextOf(db, operation.id, new Date(from))) - from);
    await Promise.all([strike.over, client.waitForOperation(operation.id)]);
  }
  return times;
}

/** When the operation came to its first step after a moment, or ended. */
async function nextOf(db: Db, operationId: string, after: Date): Promise<number> {
  for (const giveUpAt = Date.now() + PATIENCE_MS; Date.now() < giveUpAt; await sleep(LOOK_EVERY_MS)) {
    const { endedAt, steps } = await db.operation.findUniqueOrThrow({
      where: { id: operationId },
      include: { steps: { where: { startedAt: { gt: after } }, orderBy: { position: 'asc' }, take: 1 } },
    });
    const next = steps[0]?.startedAt ?? endedAt;
    if (next) return next.getTime();
  }
  throw new DomainError('UNEXPECTED', `Operation ${operationId} does not go on.`);
}

/** A reboot is asked for as the agent dies: until its host has done it. */
async function agentKilled({ samples, client, instanceId, strikes, cloud: { db } }: FaultBench): Promise<number[]> {
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const from = Date.now();
    const strike = strikes.strike({ victim: 'agent-simulator', pauseMs: 0 });
    await strike.down;
    const { id } = await client.api.instance.reboot.mutate({ instanceId, isForced: true });
    const { state } = await client.waitForOperation(id);
    if (state !== 'succeeded') throw new DomainError('UNEXPECTED', `The reboot ended as ${state}.`);
    const { endedAt } = await db.operation.findUniqueOrThrow({ where: { id } });
    times.push((endedAt?.getTime() ?? Number.NaN) - from);
    await strike.over;
    await sleep(SETTLE_MS);
  }
  return times;
}

/** Something changes twenty times a second while the API dies: until the stream tells what happened after, and whether it has told everything. */
async function apiKilled({ samples, client, accountId, instanceId, strikes, cloud: { db } }: FaultBench): Promise<Figure[]> {
  const told = new Map<string, number>();
  const stream = client.api.change.watch.subscribe(
    {},
    { onData: ({ id }) => void told.set(id, told.get(id) ?? Date.now()), onError: (error) => say('stream', String(error)) },
  );
  const stop = new AbortController();
  const writing = (async () => {
    for (let n = 0; !stop.signal.aborted; n++) {
      await db.instance.update({ where: { id: instanceId }, data: { displayName: `n${n}` } });
      await sleep(WRITE_EVERY_MS);
    }
  })();
  await sleep(SETTLE_MS);
  const first = [...told.keys()][0];
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const from = Date.now();
    const strike = strikes.strike({ victim: 'api', pauseMs: 0 });
    await strike.down;
    const deadAt = Date.now();
    await strike.over;
    while (![...told.values()].some((at) => at > deadAt)) await sleep(LOOK_EVERY_MS);
    times.push(Math.min(...[...told.values()].filter((at) => at > deadAt)) - from);
    await sleep(SETTLE_MS);
  }
  stop.abort();
  await writing;
  await sleep(SETTLE_MS);
  stream.unsubscribe();
  const rows = await db.$queryRaw<
    { cursor: string }[]
  >`SELECT xid || '.' || id AS cursor FROM change WHERE account_id = ${accountId}::uuid ORDER BY xid, id`;
  const expected = rows.slice(rows.findIndex(({ cursor }) => cursor === first));
  const lost = expected.filter(({ cursor }) => !told.has(cursor)).length;
  say('changes', `${expected.length} while the API was killed ${samples} times, ${lost} of them not told`);
  return [
    figureOf('API killed → its stream goes on', times, 3_000),
    { name: 'API killed, changes lost', unit: '', ours: lost, floor: null, goal: '0', isMet: lost === 0 && expected.length > samples },
  ];
}

function figureOf(name: string, times: readonly number[], goalMs: number): Figure {
  const ours = quantile(times, 0.95);
  say(name, `median ${quantile(times, 0.5).toFixed(0)} ms, p95 ${ours.toFixed(0)} ms, worst ${Math.max(...times)} ms of ${times.length}`);
  return { name: `${name}, p95`, unit: 'ms', ours, floor: null, goal: `≤ ${goalMs / 1_000} s`, isMet: ours <= goalMs };
}
