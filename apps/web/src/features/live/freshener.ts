import type { QueryClient } from '@tanstack/react-query';

/** What comes within this time is asked for once. */
const GATHER_MS = 100;

/**
 * Has queries asked again when something that they go by has changed. One that is being asked for at that moment gets its answer first, and is
 * asked for again after that: begun anew each time, it would never have one where changes come faster than answers.
 */
export function createFreshener(queryClient: QueryClient) {
  const cache = queryClient.getQueryCache();
  const changed = new Set<string>();
  /** Hashes of queries: asked for now with something changed meanwhile; and those of them that have their answer. */
  const [busy, due] = [new Set<string>(), new Set<string>()];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    timer = undefined;
    const stale = cache.findAll({
      predicate: ({ queryKey, queryHash }) => due.has(queryHash) || namesOf(queryKey).some((name) => changed.has(name)),
    });
    changed.clear();
    due.clear();
    const free = new Set<string>();
    for (const { queryHash, state } of stale) (state.fetchStatus === 'fetching' ? busy : free).add(queryHash);
    if (free.size > 0) void queryClient.invalidateQueries({ predicate: ({ queryHash }) => free.has(queryHash) });
  };
  const schedule = () => (timer ??= setTimeout(flush, GATHER_MS));
  const unsubscribe = cache.subscribe((event) => {
    if (event.type !== 'updated' || !['success', 'error'].includes(event.action.type) || !busy.delete(event.query.queryHash)) return;
    due.add(event.query.queryHash);
    schedule();
  });

  return {
    /** By the names that queries go by. */
    add: (names: readonly string[]) => {
      for (const name of names) changed.add(name);
      schedule();
    },
    stop: () => {
      unsubscribe();
      clearTimeout(timer);
    },
  };
}

/** What a query goes by: the first part of its procedure, and the whole with the instance that it asks for. */
function namesOf([path, asked]: readonly unknown[]): string[] {
  if (!Array.isArray(path)) return [];
  const { input }: { input?: { instanceId?: string } } = Object(asked);
  return [String(path[0]), ...(input?.instanceId ? [`${path.join('.')}/${input.instanceId}`] : [])];
}
