import type { SortDirection } from '@nephos/contracts/list.schema';
import { DomainError } from '@nephos/model/errors';
import { isPrismaError } from './database.ts';

export interface ListQuery {
  limit: number;
  cursor?: string | undefined;
  sort: string;
  direction: SortDirection;
  search?: string | undefined;
  tag?: { key: string; value: string } | undefined;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Values that a column can't hold or be compared with (Prisma's error reference). */
const UNFIT = new Set(['P2006', 'P2007', 'P2009', 'P2019', 'P2023']);

type Key = string | number | Date;
interface FindManyArgs {
  where: { AND: object[] };
  orderBy: Record<string, SortDirection>[];
  take: number;
}

/**
 * One page of a list, by key: `fetch` gets the conditions, the order and one row more than the page, which tells whether
 * there is a next one. `where` is the caller's: what the actor may see, and the filters. Sorting is by `query.sort`, then id.
 * Throws BAD_INPUT for a cursor of another list or sort.
 */
export async function listPage<T extends { id: string }>(
  query: ListQuery,
  { where, searchIn = ['name'] }: { where: object[]; searchIn?: readonly string[] },
  fetch: (args: FindManyArgs) => Promise<T[]>,
): Promise<Page<T>> {
  const conditions = [...where];
  if (query.cursor) conditions.push(...after(decodeCursor(query.cursor, query), query));
  if (query.search) conditions.push({ OR: searchIn.map((field) => ({ [field]: { contains: query.search, mode: 'insensitive' } })) });
  if (query.tag) conditions.push({ tags: { path: [query.tag.key], equals: query.tag.value } });
  const rows = await fetchRefusing(query, fetch, {
    where: { AND: conditions },
    orderBy: [{ [query.sort]: query.direction }, { id: query.direction }],
    take: query.limit + 1,
  });
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > query.limit && last ? encodeCursor(last, query) : null };
}

/** A cursor is what a caller says it is: one whose key doesn't fit the column is refused like one of another list. */
async function fetchRefusing<T>({ cursor }: ListQuery, fetch: (args: FindManyArgs) => Promise<T[]>, args: FindManyArgs): Promise<T[]> {
  try {
    return await fetch(args);
  } catch (error) {
    const isUnfit = isPrismaError(error) ? UNFIT.has(error.code) : error instanceof Error && error.name === 'PrismaClientValidationError';
    throw cursor && isUnfit ? foreignCursor() : error;
  }
}

/**
 * The rows after a key. The first condition is implied by the second, and there for PostgreSQL: it can walk an index from
 * a plain `>=`, but not from an OR, and so a deep page costs what the first one does.
 */
function after({ key, id }: { key: Key; id: string }, { sort, direction }: ListQuery): object[] {
  const [beyond, from] = direction === 'asc' ? ['gt', 'gte'] : ['lt', 'lte'];
  return [{ [sort]: { [from]: key } }, { OR: [{ [sort]: { [beyond]: key } }, { id: { [beyond]: id } }] }];
}

function foreignCursor(): DomainError {
  return new DomainError('BAD_INPUT', 'This cursor does not belong to this list and sort order. Start again without a cursor.', { field: 'cursor' });
}

function encodeCursor(row: { id: string }, { sort, direction }: ListQuery): string {
  const value: unknown = Object.entries(row).find(([field]) => field === sort)?.[1];
  const key = value instanceof Date ? { time: value.toISOString() } : value;
  return Buffer.from(JSON.stringify([sort, direction, key, row.id])).toString('base64url');
}

function decodeCursor(cursor: string, { sort, direction }: ListQuery): { key: Key; id: string } {
  const refused = foreignCursor();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refused;
  }
  if (!Array.isArray(parts) || parts.length !== 4 || parts[0] !== sort || parts[1] !== direction) throw refused;
  const [, , key, id]: unknown[] = parts;
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) throw refused;
  if (typeof key === 'number' || (typeof key === 'string' && key.isWellFormed() && !key.includes('\u0000'))) return { key, id };
  if (typeof key === 'object' && key && 'time' in key && typeof key.time === 'string' && !Number.isNaN(Date.parse(key.time)))
    return { key: new Date(key.time), id };
  throw refused;
}
