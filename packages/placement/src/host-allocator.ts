/** A host with room, as placement sees it. */
export interface HostRoom {
  hostId: string;
  freeMemoryMib: number;
  freeCpuMhz: number;
}

/**
 * Chooses among hosts that all have room. `order` is how candidates are fetched, so that only the best few leave the
 * database; `rank` has the last word. A choice is only a wish: the claim decides, and the next in rank is tried.
 */
export interface HostAllocator {
  readonly name: string;
  readonly order: 'by-name' | 'emptiest-first';
  rank<H extends HostRoom>(candidates: readonly H[]): readonly H[];
}

/** Fills hosts one after the other, so that whole hosts stay empty. */
export const firstFit: HostAllocator = {
  name: 'first-fit',
  order: 'by-name',
  rank: (candidates) => candidates,
};

/** Evens out memory; among hosts that are as empty as the emptiest it picks by chance, so that racing deploys don't all want the same one. */
export function spread(random: () => number = Math.random): HostAllocator {
  return {
    name: 'spread',
    order: 'emptiest-first',
    rank: (candidates) => {
      const most = Math.max(...candidates.map((host) => host.freeMemoryMib));
      const emptiest = candidates.filter((host) => host.freeMemoryMib === most);
      const rest = candidates.filter((host) => host.freeMemoryMib !== most);
      const start = Math.floor(random() * emptiest.length);
      return [...emptiest.slice(start), ...emptiest.slice(0, start), ...rest];
    },
  };
}
