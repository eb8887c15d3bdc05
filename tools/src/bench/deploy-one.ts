import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@nephos/model/errors';
import { withBenchCloud, type BenchCloud } from './bench-cloud.ts';
import { summarisePairs, timed, type Figure } from './figures.ts';
import { describeShape, runFloor, shapeOf } from './floor.ts';
import { say } from '../terminal.ts';

const PAIRS = 20;
const PAUSE_MS = 300;
const GOAL_RATIO = 2;

/** One deploy in an idle cloud of simulated hosts, network up: from its acceptance to its end as the records say. The floor is an empty workflow of the same shape. */
export function benchDeployOne(): Promise<Figure[]> {
  return withBenchCloud(['--simulator'], async (bench) => {
    const { client } = await bench.addTenant('bench');
    for (let warming = 0; warming < 5; warming++) await deploy(bench, client, `warm-${warming}`);
    const ours: number[] = [];
    const floor: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const { id, tookMs } = await deploy(bench, client, `vm-${pair}`);
      const shape = await shapeOf(bench.temporal, `instance.deploy/${id}`);
      if (pair === 0) say('floor', describeShape(shape));
      await sleep(PAUSE_MS);
      const floorMs = await timed(() => runFloor(bench.temporal, shape));
      ours.push(tookMs);
      floor.push(floorMs);
      await sleep(PAUSE_MS);
    }
    const figure = summarisePairs(ours, floor);
    return [{ name: 'deploy-one', unit: 'ms', ...figure, goal: '≤ 2 × floor', isMet: figure.pairedRatio <= GOAL_RATIO }];
  });
}

async function deploy(
  { cloud, temporal, zoneId, templateId, computeOfferingId }: BenchCloud,
  client: BenchCloud['admin'],
  name: string,
): Promise<{ id: string; tookMs: number }> {
  const [begun] = await client.api.instance.deploy.mutate({ name, zoneId, templateId, computeOfferingId });
  if (!begun) throw new DomainError('UNEXPECTED', 'A deploy began nothing.');
  await temporal.workflow.getHandle(`instance.deploy/${begun.id}`).result();
  const { createdAt, endedAt } = await cloud.db.operation.findUniqueOrThrow({ where: { id: begun.id } });
  return { id: begun.id, tookMs: (endedAt?.getTime() ?? Number.NaN) - createdAt.getTime() };
}
