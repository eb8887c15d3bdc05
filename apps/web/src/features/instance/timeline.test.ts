import { expect, it } from 'vitest';
import { mergeTimelines } from './timeline.ts';

const at = (...minutes: number[]) => minutes.map((minute) => ({ createdAt: new Date(minute * 60_000).toISOString(), minute }));
const merged = (one: ReturnType<typeof at>, oneHasMore: boolean, other: ReturnType<typeof at>, otherHasMore: boolean) =>
  mergeTimelines({ items: one, hasMore: oneHasMore }, { items: other, hasMore: otherHasMore }).map(({ minute }) => minute);

it('two whole lists become one, the newest first', () => {
  expect(merged(at(9, 5, 1), false, at(7, 3), false)).toEqual([9, 7, 5, 3, 1]);
  expect(merged([], false, at(2, 1), false)).toEqual([2, 1]);
  expect(merged([], false, [], false)).toEqual([]);
});

it('what is older than the end of a page waits for the next one', () => {
  expect(merged(at(9, 8), true, at(7, 3), false)).toEqual([9, 8]); // there may be an 8, a 7 or a 4 to come
  expect(merged(at(9, 5), true, at(7, 6), true)).toEqual([9, 7, 6]);
  expect(merged(at(9, 5, 1), false, at(7, 3), true)).toEqual([9, 7, 5, 3]);
});
