import { LIST_LIMIT_MAX } from '@nephos/model/limits';
import { z } from 'zod';

export const SORT_DIRECTIONS = ['asc', 'desc'] as const;
export type SortDirection = (typeof SORT_DIRECTIONS)[number];

/**
 * The input of every list: pages by key (a page's cost does not grow with its depth), sorts and filters on the server.
 * `search` looks in names, without regard to case. A cursor belongs to the sort it came from.
 */
export function listInput<const S extends readonly [string, ...string[]], F extends z.ZodRawShape>(sortable: S, filters: F) {
  return z.object({
    limit: z.int().min(1).max(LIST_LIMIT_MAX).default(50),
    cursor: z.string().max(1_000).optional(),
    sort: z.enum(sortable).default(sortable[0]),
    direction: z.enum(SORT_DIRECTIONS).default('asc'),
    search: z.string().trim().max(100).optional(),
    tag: z.object({ key: z.string().max(128), value: z.string().max(256) }).optional(),
    ...filters,
  });
}

/** What every list answers. `nextCursor` is null on the last page. */
export function listOutput<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const tagsSchema = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .refine((tags) => Object.keys(tags).length <= 50, 'At most 50 tags');
export const timeSchema = z.iso.datetime();
