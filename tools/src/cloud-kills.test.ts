import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { instanceDto } from '@nephos/contracts/instance.schema';
import { operationDetailDto, operationDto, operationPage } from '@nephos/contracts/operation.schema';
import { findViolations } from '@nephos/db/invariants';
import { openSimulatedState } from '@nephos/drivers/simulator/simulated-state';
import { createSimulatorNetwork } from '@nephos/drivers/simulator/network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEmbeddedCloud, type EmbeddedCloud } from './embedded-cloud.ts';
import { foldersOf } from './settings.ts';

const HOSTS = 3;
const LANES = 6;
const VERBS = ['stop', 'start', 'destroy', 'expunge'] as const;

/** Which process is killed, and when: as this step of this operation begins. */
const MOMENTS = 4;
const KILLS = ['control-worker', 'agent-simulator', 'api', 'postgres', 'temporal'].flatMap((victim) =>
  [
    ['deploy', 'connect the network'],
    ['stop', 'leave the host'],
    ['start', 'start the guest'],
    ['destroy', 'shut down the guest'],
  ].map(([verb = '', step = '']) => ({ victim, verb, step })),
);

let cloud: EmbeddedCloud;
beforeAll(async () => {
  cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', String(HOSTS)], env: { NEPHOS_AGENT_LATENCY_MS: '400' } });
});
afterAll(() => cloud?.close());

describe('a cloud whose processes are killed at any moment', () => {
  it('ends every operation, and its records agree with its hosts', async ({ onTestFailed }) => {
    onTestFailed(async () =>
      console.log(JSON.stringify(await cloud.db.operation.findMany({ where: { endedAt: null }, include: { steps: true, attempts: true } }), null, 1)),
    );
    const queue = [...KILLS.keys()].toSorted((a, b) => (a % MOMENTS) - (b % MOMENTS)); // the victims take turns
    const input = await deployInput();
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        for (let at = queue.shift(); at !== undefined; at = queue.shift()) await liveThrough(`vm-${at}`, input, KILLS[at]);
      }),
    );

    await cloud.api.until('every operation has ended', async () => (await openOperations()).length === 0);
    const operations = await cloud.db.operation.groupBy({ by: ['kind', 'state'], _count: true });
    expect(operations.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    expect(await findViolations(cloud.db)).toEqual([]);
    const claims = await cloud.db.hostAllocation.findMany({ select: { resourceId: true, hostId: true, generation: true } });
    expect(claims.length).toBeGreaterThan(KILLS.length / 2); // else nothing was compared

    expect(await cloud.stop()).toBe(0);
    expect(await whatHostsRun()).toEqual(claims.map(({ resourceId: id, ...claim }) => ({ id, ...claim })).toSorted(byId));
  }, 300_000);
});

/** The whole life of an instance, in which one process is killed. Every second one is left running at the end. */
async function liveThrough(name: string, input: object, kill: (typeof KILLS)[number] | undefined): Promise<void> {
  const [deploy] = await cloud.api.mutate(z.array(operationDto), 'instance.deploy', { ...input, name });
  if (!deploy) throw new Error('a deploy began no operation');
  const isKept = Number(name.slice(3)) % 2 === 0;
  await follow('deploy', deploy.id);
  for (const verb of isKept ? VERBS.slice(0, 2) : VERBS) {
    const { id } = await cloud.api.mutate(operationDto, `instance.${verb}`, { instanceId: deploy.resource.id });
    await follow(verb, id);
  }
  if (isKept)
    expect(await cloud.api.until('it runs', () => cloud.api.query(instanceDto, 'instance.get', { instanceId: deploy.resource.id }))).toMatchObject({
      state: 'running',
    });

  async function follow(verb: string, operationId: string): Promise<void> {
    if (kill?.verb === verb) {
      const { victim, step } = kill;
      kill = undefined;
      await cloud.api.until(`${verb} of ${name} comes to “${step}”`, async () => {
        const { steps, endedAt } = await cloud.api.query(operationDetailDto, 'operation.get', { operationId });
        return steps.some((one) => one.name === step) || endedAt !== null;
      });
      await killProcess(victim);
    }
    expect(await cloud.api.untilEnded(operationId)).toMatchObject({ state: 'succeeded', error: null });
  }
}

const lastKill = new Map<string, Promise<void>>();

/** One after the other for each process, and only when it is there to be killed; different ones die at once. */
function killProcess(victim: string): Promise<void> {
  const done = (lastKill.get(victim) ?? Promise.resolve()).then(async () => {
    const fromLine = cloud.lines.length;
    process.kill(await cloud.pidOf(victim), 'SIGKILL');
    await cloud.line(new RegExp(`^${victim} +ready again`), fromLine);
  });
  lastKill.set(victim, done);
  return done;
}

async function openOperations() {
  return (await cloud.api.query(operationPage, 'operation.list', { state: ['pending', 'running', 'undoing', 'stuck'] })).items;
}

async function deployInput(): Promise<object> {
  const firstOf = async (procedure: string) =>
    (await cloud.api.query(z.object({ items: z.array(z.object({ id: z.uuid() })) }), procedure, {})).items[0]?.id;
  return { zoneId: await firstOf('zone.list'), templateId: await firstOf('template.list'), computeOfferingId: await firstOf('computeOffering.list') };
}

/** What simulated hosts remember, once nothing of the cloud runs: guests and routers. */
async function whatHostsRun(): Promise<{ id: string; hostId: string; generation: number }[]> {
  const { simulator } = foldersOf(cloud.dataFolder);
  const hostIds = (await readdir(simulator, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const running = await Promise.all(
    hostIds.map(async (hostId) => {
      const stateDir = path.join(simulator, hostId);
      const guests = openSimulatedState(path.join(stateDir, 'journal.jsonl'))
        .guests()
        .filter(({ state, isRemoved }) => state === 'running' && !isRemoved);
      const routers = await createSimulatorNetwork({ hostId, stateDir }).listRouters();
      return [...guests, ...routers.map(({ routerId: id, generation }) => ({ id, generation }))].map(({ id, generation }) => ({
        id,
        hostId,
        generation,
      }));
    }),
  );
  return running.flat().toSorted(byId);
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id.localeCompare(other.id);
}
