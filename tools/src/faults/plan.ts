import type { InstanceVerb } from '@nephos/model/instance/state';
import { createRandom } from '@nephos/model/random';
import { declaredBoundaries, type Boundary } from './declared-steps.ts';

/** All that a random run does: the same for the same seed and numbers, as long as the stories have the same steps. */
export interface Plan {
  /** In the order in which they are begun, within each lane. Lanes go on beside each other. */
  moves: Move[];
  faults: PlannedFault[];
}

export interface Move {
  /** Its number in the plan of the seed; it stays when the plan shrinks. */
  at: number;
  tenant: number;
  /** A tenant's place for one instance after another. Moves of a lane come one after the other. */
  lane: number;
  verb: 'deploy' | InstanceVerb;
  /** The prefix of the instance's name, which asks the simulator for trouble (drivers/simulator/faults.ts). */
  trouble: '' | Trouble;
  /** Its owner cancels it as it comes to its n-th step; 0 does not. */
  cancelAtStep: number;
}

export const VICTIMS = ['control-worker', 'agent-simulator', 'api', 'temporal', 'postgres'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface PlannedFault {
  at: number;
  victim: Victim;
  /** How long it hears and does nothing, as if its clock had jumped; 0 kills it (-9), and it starts again. */
  pauseMs: number;
  /** As an operation of this kind comes to this step, for the n-th time in the run. */
  when: Pick<Boundary, 'kind' | 'step'> & { nth: number };
  /** Counted from that moment. 0: what comes to the step is held there while the victim dies. */
  afterMs: number;
}

const TROUBLES = ['flaky-start-', 'fail-start-', 'crash-', 'flaky-stop-'] as const;
type Trouble = (typeof TROUBLES)[number];

export const LANES_PER_TENANT = 3;
const OPERATIONS_PER_FAULT = 10;
const TROUBLE_SHARE = 0.15;
const CANCEL_SHARE = 0.12;

/** What a person may want of an instance in this state, and how often. */
const WANTS: Record<ExpectedState, Partial<Record<Move['verb'], number>>> = {
  none: { deploy: 1 },
  running: { stop: 3, reboot: 2, destroy: 3 },
  stopped: { start: 5, destroy: 3 },
  destroyed: { recover: 3, expunge: 5 },
};
const LEADS_TO = {
  deploy: 'running',
  start: 'running',
  stop: 'stopped',
  reboot: 'running',
  destroy: 'destroyed',
  recover: 'stopped',
  expunge: 'none',
} as const satisfies Record<Move['verb'], ExpectedState>;
type ExpectedState = 'none' | 'running' | 'stopped' | 'destroyed';

/** Kills by far; pauses shorter and longer than what waits for the victim: a workflow task's 10 s, a heartbeat's 30 s, the sweep's silence. */
const FAULTS: { victim: Victim; pauseMs: number; weight: number }[] = [
  { victim: 'control-worker', pauseMs: 0, weight: 30 },
  { victim: 'agent-simulator', pauseMs: 0, weight: 30 },
  { victim: 'api', pauseMs: 0, weight: 20 },
  { victim: 'temporal', pauseMs: 0, weight: 6 },
  { victim: 'postgres', pauseMs: 0, weight: 6 },
  { victim: 'control-worker', pauseMs: 12_000, weight: 3 },
  { victim: 'agent-simulator', pauseMs: 3_000, weight: 2 },
  { victim: 'agent-simulator', pauseMs: 40_000, weight: 3 },
  { victim: 'api', pauseMs: 5_000, weight: 2 },
  { victim: 'temporal', pauseMs: 4_000, weight: 2 },
];

export function makePlan({ seed, operations, tenants }: { seed: number; operations: number; tenants: number }): Plan {
  const random = createRandom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const lanes = Array.from({ length: tenants * LANES_PER_TENANT }, (_, lane) => ({
    tenant: lane % tenants,
    lane,
    state: 'none' as ExpectedState,
    trouble: '' as Move['trouble'],
  }));

  const moves = Array.from({ length: operations }, (_, at): Move => {
    const chosen = lanes[below(lanes.length)] ?? lanes[0];
    if (!chosen) throw new RangeError('a plan needs a tenant');
    const verb = pickWeighted(
      Object.entries(WANTS[chosen.state]).flatMap(([name, weight]) => (isVerb(name) ? [{ value: name, weight }] : [])),
      random,
    );
    if (verb === 'deploy') chosen.trouble = random() < TROUBLE_SHARE ? (TROUBLES[below(TROUBLES.length)] ?? '') : '';
    chosen.state = expectedAfter(verb, chosen.trouble);
    return { at, tenant: chosen.tenant, lane: chosen.lane, verb, trouble: chosen.trouble, cancelAtStep: random() < CANCEL_SHARE ? 1 + below(5) : 0 };
  });

  const boundaries = declaredBoundaries();
  const faults = Array.from({ length: Math.ceil(operations / OPERATIONS_PER_FAULT) }, (_, at): PlannedFault => {
    const { victim, pauseMs } = pickWeighted(
      FAULTS.map((value) => ({ value, weight: value.weight })),
      random,
    );
    const { kind, step } = boundaries[below(boundaries.length)] ?? { kind: 'instance.deploy', step: '' };
    const often = Math.max(1, Math.round(operations / 15)); // some wait for what the run never comes to
    return { at, victim, pauseMs, when: { kind, step, nth: 1 + below(often) }, afterMs: random() < 0.5 ? 0 : 10 + below(400) };
  });
  return { moves, faults };
}

/** A move or a fault, as one names it: `12`, `f3`. */
export type Part = string;

export function partsOf({ moves, faults }: Plan): Part[] {
  return [...moves.map(({ at }) => String(at)), ...faults.map(({ at }) => `f${at}`)];
}

/** The same plan without what is not among `parts`. */
export function keepParts({ moves, faults }: Plan, parts: readonly Part[]): Plan {
  const kept = new Set(parts);
  return { moves: moves.filter(({ at }) => kept.has(String(at))), faults: faults.filter(({ at }) => kept.has(`f${at}`)) };
}

function expectedAfter(verb: Move['verb'], trouble: Move['trouble']): ExpectedState {
  if (trouble === 'fail-start-' && verb === 'deploy') return 'none';
  if (trouble === 'fail-start-' && verb === 'start') return 'stopped';
  if (trouble === 'crash-' && LEADS_TO[verb] === 'running') return 'stopped';
  return LEADS_TO[verb];
}

function isVerb(text: string): text is Move['verb'] {
  return Object.hasOwn(LEADS_TO, text);
}

function pickWeighted<T>(choices: readonly { value: T; weight: number }[], random: () => number): T {
  let left = random() * choices.reduce((sum, { weight }) => sum + weight, 0);
  for (const { value, weight } of choices) if ((left -= weight) < 0) return value;
  const last = choices.at(-1);
  if (!last) throw new RangeError('there is nothing to choose from');
  return last.value;
}
