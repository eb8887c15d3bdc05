import { describe, expect, it } from 'vitest';
import { firstFit, spread } from './host-allocator.ts';

const room = (hostId: string, freeMemoryMib: number) => ({ hostId, freeMemoryMib, freeCpuMhz: 1_000 });
const ids = (hosts: readonly { hostId: string }[]) => hosts.map((host) => host.hostId);

describe('first-fit', () => {
  it('takes hosts in the order they come', () => {
    expect(ids(firstFit.rank([room('a', 1), room('b', 9)]))).toEqual(['a', 'b']);
  });
});

describe('spread', () => {
  it('puts the emptiest first and keeps every candidate', () => {
    expect(ids(spread(() => 0).rank([room('a', 9), room('b', 9), room('c', 1)]))).toEqual(['a', 'b', 'c']);
  });

  it('starts at any of the emptiest, so that racers part', () => {
    expect(ids(spread(() => 0.6).rank([room('a', 9), room('b', 9), room('c', 1)]))).toEqual(['b', 'a', 'c']);
  });

  it('has nothing to say about nothing', () => {
    expect(spread().rank([])).toEqual([]);
  });
});
