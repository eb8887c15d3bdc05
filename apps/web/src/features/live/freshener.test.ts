import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFreshener } from './freshener.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A query that somebody looks at, and that takes its time to answer with what is true when it was asked. */
function watch(queryClient: QueryClient, queryKey: unknown[], { takesMs, now }: { takesMs: number; now: () => number }) {
  const seen: unknown[] = [];
  let asked = 0;
  const observer = new QueryObserver(queryClient, {
    queryKey,
    staleTime: Infinity,
    queryFn: async () => {
      asked++;
      const value = now();
      await new Promise((resolve) => setTimeout(resolve, takesMs));
      return value;
    },
  });
  observer.subscribe(({ data }) => data !== undefined && data !== seen.at(-1) && seen.push(data));
  return { seen, asked: () => asked };
}

describe('what is on the page', () => {
  it('is asked for again when what it goes by has changed, and only then', async () => {
    const queryClient = new QueryClient();
    const freshener = createFreshener(queryClient);
    let value = 0;
    const list = watch(queryClient, [['operation', 'list'], { type: 'query' }], { takesMs: 10, now: () => value });
    const other = watch(queryClient, [['host', 'list'], { type: 'query' }], { takesMs: 10, now: () => value });
    await vi.advanceTimersByTimeAsync(50);
    value = 1;
    for (let change = 0; change < 5; change++) freshener.add(['operation']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([list.seen, list.asked(), other.asked()]).toEqual([[0, 1], 2, 1]);
    freshener.stop();
  });

  it('comes also where changes come faster than answers, and in the end the last of them is seen', async () => {
    const queryClient = new QueryClient();
    const freshener = createFreshener(queryClient);
    let value = 0;
    const slow = watch(queryClient, [['operation', 'overview'], { type: 'query' }], { takesMs: 700, now: () => value });
    for (let change = 0; change < 100; change++) {
      value++;
      freshener.add(['operation']);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(slow.seen.length).toBeGreaterThan(4);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(slow.seen.at(-1)).toBe(100);
    expect(slow.asked()).toBeLessThan(15);
    freshener.stop();
  });
});
