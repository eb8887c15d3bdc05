import { describe, expect, it } from 'vitest';
import { attemptsByStep, axisOf, barOf, ticksOf } from './bars.ts';

const at = (ms: number) => new Date(1_000_000 + ms).toISOString();
const axis = axisOf({ createdAt: at(0), endedAt: at(1_000) }, 0);

describe('the picture of an operation', () => {
  it('has what each step took as a part of the whole', () => {
    expect(barOf(axis, { startedAt: at(250), endedAt: at(750) })).toEqual({ left: 0.25, width: 0.5 });
  });

  it('goes on to now while something runs', () => {
    const open = axisOf({ createdAt: at(0), endedAt: null }, Date.parse(at(2_000)));
    expect(barOf(open, { startedAt: at(1_000), endedAt: null })).toEqual({ left: 0.5, width: 0.5 });
  });

  it('holds together when clocks differ', () => {
    expect(axisOf({ createdAt: at(0), endedAt: null }, Date.parse(at(-5_000)))).toEqual({ from: Date.parse(at(0)), until: Date.parse(at(1)) });
    expect(barOf(axis, { startedAt: at(-100), endedAt: at(5_000) })).toEqual({ left: 0, width: 1 });
    expect(barOf(axis, { startedAt: at(900), endedAt: at(800) })).toEqual({ left: 0.9, width: 0 });
  });

  it('has a few ticks at round times', () => {
    expect(ticksOf(axis)).toEqual([0, 500, 1_000]);
    expect(ticksOf(axisOf({ createdAt: at(0), endedAt: at(95_000) }, 0))).toEqual([0, 30_000, 60_000, 90_000]);
    for (const length of [1, 3, 700, 12_345, 3_600_000, 9e8]) {
      const ticks = ticksOf({ from: 0, until: length });
      expect(ticks.length).toBeLessThanOrEqual(5);
      expect(ticks.every((tick) => tick <= length)).toBe(true);
    }
  });

  it('has each attempt under the step that was going on', () => {
    const steps = [
      { position: 0, startedAt: at(10) },
      { position: 1, startedAt: at(20) },
    ];
    const attempts = [5, 12, 20, 30].map((ms) => ({ startedAt: at(ms) }));
    expect(attemptsByStep(steps, attempts)).toEqual(
      new Map([
        [0, attempts.slice(0, 2)],
        [1, attempts.slice(2)],
      ]),
    );
  });
});
