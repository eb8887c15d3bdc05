'use client';
import { useUrlState } from '../shell/use-url-state.ts';

type Direction = 'asc' | 'desc';

export interface ListUrl<S extends string> {
  /** What every list of the API takes. */
  input: { sort: S; direction: Direction; search?: string; cursor?: string };
  get: (name: string) => string;
  /** Each filter begins at the first page again. */
  filter: (values: Record<string, string>) => void;
  sortBy: (column: S) => void;
  isFiltered: boolean;
  clear: () => void;
}

/** What a list shows is in its address: sort, search, filters and page. */
export function useListUrl<const S extends string>(
  sorts: readonly [S, ...S[]],
  filters: readonly string[] = [],
  first: Direction = 'asc',
): ListUrl<S> {
  const url = useUrlState();
  const [fallback] = sorts;
  const sort = sorts.find((one) => one === url.get('sort')) ?? fallback;
  const given = url.get('direction');
  const direction = given === 'asc' || given === 'desc' ? given : sort === fallback ? first : 'asc';
  const [search, cursor] = [url.get('search'), url.get('cursor')];
  const all = ['search', ...filters];
  return {
    input: { sort, direction, ...(search && { search }), ...(cursor && { cursor }) },
    get: url.get,
    filter: (values) => url.set({ ...values, cursor: '' }),
    sortBy: (column) => url.set({ sort: column, direction: column === sort && direction === 'asc' ? 'desc' : 'asc', cursor: '' }),
    isFiltered: all.some((name) => url.get(name) !== ''),
    clear: () => url.set({ ...Object.fromEntries(all.map((name) => [name, ''])), cursor: '' }),
  };
}
