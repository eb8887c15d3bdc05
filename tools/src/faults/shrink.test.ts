import { describe, expect, it } from 'vitest';
import { shrink } from './shrink.ts';

const HUNDRED = Array.from({ length: 100 }, (_, at) => at);
const never = new AbortController().signal;

describe('shrinking', () => {
  it.each([[[17]], [[3, 97]], [[0, 50, 51]]])('finds the parts that it takes to fail: %j', async (needed) => {
    const tried: number[] = [];
    const fails = async (parts: readonly number[]) => {
      tried.push(parts.length);
      return needed.every((one) => parts.includes(one));
    };
    expect(await shrink(HUNDRED, fails, never)).toMatchObject({ parts: needed, isSmallest: true });
    expect(tried.length).toBeLessThan(80); // halves, not one by one
  });

  it('keeps all when nothing can be left out, and stays with one', async () => {
    const all = [1, 2, 3, 4];
    expect((await shrink(all, async (parts) => parts.length === 4, never)).parts).toEqual(all);
    expect(await shrink([1], async () => true, never)).toEqual({ parts: [1], runs: 0, isSmallest: true });
  });

  it('stops when its time is over, with what it has', async () => {
    const stop = new AbortController();
    let runs = 0;
    const fails = async (parts: readonly number[]) => {
      if (++runs === 2) stop.abort();
      return parts.includes(99);
    };
    const shrunk = await shrink(HUNDRED, fails, stop.signal);
    expect(shrunk).toMatchObject({ runs: 2, isSmallest: false });
    expect(shrunk.parts).toContain(99);
    expect(shrunk.parts.length).toBeLessThan(100);
  });
});
