import type { Db, Tx } from './database.ts';

export interface Change {
  resourceType: string;
  resourceId: string;
  accountId: string | null;
  verb: string;
}

/** Where a reader of the change stream is: everything up to and with this transaction and row has been read. */
export interface ChangeCursor {
  xid: bigint;
  id: bigint;
}

const PAGE = 500;
const BIGINT_MAX = 2n ** 63n - 1n;

/** Where the stream ends now, for a reader that begins with what comes. */
export async function currentCursor(db: Db): Promise<ChangeCursor> {
  const [row] = await db.$queryRaw<{ xid: bigint }[]>`SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid`;
  return { xid: (row?.xid ?? 0n) - 1n, id: BIGINT_MAX };
}

/**
 * What changed after a cursor, oldest first, at most 500. Ids are given when a transaction writes and seen when it commits, so
 * "everything after the highest id" would miss late ones. Only transactions older than the oldest one still open are read:
 * of those nothing more can come.
 */
export async function readChanges(db: Db, after: ChangeCursor): Promise<(Change & { cursor: ChangeCursor })[]> {
  const rows = await db.$queryRaw<(Change & ChangeCursor)[]>`
    SELECT xid, id, resource_type AS "resourceType", resource_id AS "resourceId", account_id AS "accountId", verb FROM change
    WHERE (xid, id) > (${after.xid}::bigint, ${after.id}::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY xid, id LIMIT ${PAGE}`;
  return rows.map(({ xid, id, ...change }) => ({ ...change, cursor: { xid, id } }));
}

export function cursorToText({ xid, id }: ChangeCursor): string {
  return `${xid}.${id}`;
}

export function cursorFromText(text: string): ChangeCursor | undefined {
  const match = /^(\d{1,19})\.(\d{1,19})$/.exec(text);
  const cursor = match && { xid: BigInt(match[1] ?? 0), id: BigInt(match[2] ?? 0) };
  return cursor && cursor.xid <= BIGINT_MAX && cursor.id <= BIGINT_MAX ? cursor : undefined;
}

/** For what no trigger tells: things that are made by the hundred, which are told as one. */
export async function noteChange(tx: Tx, resourceType: string, resourceId: string): Promise<void> {
  await tx.$executeRaw`SELECT note_change(${resourceType}, ${resourceId}::uuid, NULL, 'insert')`;
}
