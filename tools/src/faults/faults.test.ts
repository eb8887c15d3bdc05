import { describe, expect, it } from 'vitest';
import { runMatrix, type Cell } from './matrix.ts';
import { makePlan } from './plan.ts';
import { runPlan } from './random-run.ts';

// The quick part of `npm run test:faults`, which does the same at every boundary and for as long as one likes.

const cell = (kind: Cell['boundary']['kind'], step: string, victim: Cell['victim'], moment: Cell['moment']): Cell => ({
  boundary: { kind, step, isUndo: false },
  victim,
  moment,
});

describe('a cloud whose processes are killed', () => {
  it('finishes what was begun, each process killed at a boundary of a step', async () => {
    const { violations } = await runMatrix([
      cell('instance.deploy', 'connect the network', 'control-worker', 'unwritten'),
      cell('instance.stop', '(ends)', 'control-worker', 'written'),
      cell('instance.start', 'start the guest', 'agent-simulator', 'written'),
      cell('instance.destroy', 'leave the host', 'agent-simulator', 'within'),
      cell('network.implement', '(accepted)', 'api', 'written'),
    ]);
    expect(violations).toEqual([]);
  }, 240_000);

  it('has nothing stuck, left over or doubled after a random run, PostgreSQL and Temporal among the victims', async () => {
    const plan = makePlan({ seed: 1, operations: 60, tenants: 4 });
    const faults = (['control-worker', 'agent-simulator', 'api', 'temporal', 'postgres'] as const).map((victim, at) => ({
      at,
      victim,
      pauseMs: 0,
      when: { kind: 'instance.deploy' as const, step: 'find a host', nth: 2 + 2 * at },
      afterMs: at % 2 === 0 ? 0 : 100,
    }));
    const report = await runPlan({ moves: plan.moves, faults });
    expect(report.violations).toEqual([]);
    expect(new Set(report.faults.map(({ victim }) => victim)).size).toBe(5);
    expect(report.begun).toBeGreaterThan(40); // else nothing was tried
  }, 300_000);
});
