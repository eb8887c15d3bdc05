'use client';
import { usePreference } from '../shell/use-preference.ts';
import { useUrlState } from '../shell/use-url-state.ts';

export const SORTS = ['name', 'state', 'createdAt'] as const;
export type SortColumn = (typeof SORTS)[number];
export interface InstanceSort {
  column: SortColumn;
  direction: 'asc' | 'desc';
}

/** As the address says, or as this person last chose. */
export function useInstanceSort(): { sort: InstanceSort; sortBy: (column: SortColumn) => void } {
  const url = useUrlState();
  const [saved, save] = usePreference('instance-sort');
  const [savedColumn, savedDirection] = saved.split(' ');
  const given = url.get('sort') || savedColumn;
  const column = SORTS.find((one) => one === given) ?? 'name';
  const direction = (url.get('sort') ? url.get('direction') : savedDirection) === 'desc' ? 'desc' : 'asc';
  return {
    sort: { column, direction },
    sortBy: (wanted) => {
      const next = wanted === column && direction === 'asc' ? 'desc' : 'asc';
      save(`${wanted} ${next}`);
      url.set({ sort: wanted, direction: next, cursor: '' });
    },
  };
}
