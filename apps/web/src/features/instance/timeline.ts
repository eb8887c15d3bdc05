interface Timed {
  /** ISO 8601 in UTC, so that they sort as text. */
  createdAt: string;
}
/** What is known of a list that is read page by page, the newest first. */
interface Known<T> {
  items: readonly T[];
  hasMore: boolean;
}

/** Two lists as one, the newest first, as far back as both are known: what is older may have something before it that isn't read yet. */
export function mergeTimelines<A extends Timed, B extends Timed>(one: Known<A>, other: Known<B>): (A | B)[] {
  const knownSince = [one, other].map(({ items, hasMore }) => (hasMore ? (items.at(-1)?.createdAt ?? '') : '')).reduce((a, b) => (a > b ? a : b));
  return [...one.items, ...other.items]
    .filter(({ createdAt }) => createdAt >= knownSince)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}
