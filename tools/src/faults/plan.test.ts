import { describe, expect, it } from 'vitest';
import { declaredBoundaries } from './declared-steps.ts';
import { keepParts, makePlan, partsOf, VICTIMS } from './plan.ts';

const asked = { seed: 7, operations: 300, tenants: 4 };

describe('a plan', () => {
  it('is the same for the same seed and numbers, and another for another seed', () => {
    expect(makePlan(asked)).toEqual(makePlan(asked));
    expect(makePlan({ ...asked, seed: 8 })).not.toEqual(makePlan(asked));
  });

  it('has every verb, every victim, pauses, cancels, and nothing but steps that there are', () => {
    const { moves, faults } = makePlan({ ...asked, operations: 1_000 });
    expect(moves).toHaveLength(1_000);
    expect(new Set(moves.map(({ verb }) => verb))).toEqual(new Set(['deploy', 'start', 'stop', 'reboot', 'destroy', 'recover', 'expunge']));
    expect(new Set(moves.map(({ tenant }) => tenant)).size).toBe(4);
    expect(new Set(faults.map(({ victim }) => victim))).toEqual(new Set(VICTIMS));
    expect(faults.some(({ pauseMs }) => pauseMs > 30_000)).toBe(true);
    expect(moves.filter(({ cancelAtStep }) => cancelAtStep > 0).length).toBeGreaterThan(50);
    const known = new Set(declaredBoundaries().map(({ kind, step }) => `${kind} ${step}`));
    for (const { when } of faults) expect(known).toContain(`${when.kind} ${when.step}`);
  });

  it('asks of an instance what makes sense if all goes well', () => {
    const lane = makePlan(asked).moves.filter((move) => move.lane === 0);
    expect(lane[0]?.verb).toBe('deploy');
    const after = { stop: /^(start|destroy)$/, reboot: /^(stop|reboot|destroy)$/, destroy: /^(recover|expunge)$/, expunge: /^deploy$/ };
    for (const [verb, next] of Object.entries(after))
      lane.forEach((move, at) => move.verb === verb && lane[at + 1] && expect(lane[at + 1]?.verb).toMatch(next));
  });

  it('can be made smaller by naming what stays', () => {
    const plan = makePlan(asked);
    expect(keepParts(plan, partsOf(plan))).toEqual(plan);
    const small = keepParts(plan, ['3', 'f1', '17']);
    expect(small.moves.map(({ at }) => at)).toEqual([3, 17]);
    expect(small.faults).toEqual([plan.faults[1]]);
  });
});
