import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Boundary } from './declared-steps.ts';

/** A boundary that is watched. Whoever comes to it is held in its own transaction until the gate is opened; afterwards it stays open. */
export interface Gate extends Pick<Boundary, 'kind' | 'step'> {
  id: number;
  /** Holds the n-th who comes there, or the next after it. */
  nth: number;
  /** Holds operations of this account only. */
  accountId?: string;
}

export interface Gates {
  add(gates: readonly Gate[]): Promise<void>;
  /** The closed gates at which somebody waits now. */
  waiting(): Promise<number[]>;
  /** Lets through who waits and who will come. `isRolledBack`: who waits has never been there, because its connection ends. */
  open(id: number, options?: { isRolledBack?: boolean }): Promise<void>;
  close(): Promise<void>;
}

const LOCKS = 7_001; // a class of advisory locks that nobody else uses
const RETRY_MS = 100;

/** Where a story is, is known by what it writes: so that is where it can be held, to the statement. Not for a database that is kept. */
const TRIGGERS = `
  CREATE SCHEMA faults;
  CREATE TABLE faults.gate (
    id int PRIMARY KEY, kind text NOT NULL, step text NOT NULL, nth int NOT NULL, account_id uuid, is_open boolean NOT NULL DEFAULT false);

  CREATE FUNCTION faults.pass(op_kind text, op_account uuid, at_step text, came_before bigint) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE gate int;
  BEGIN
    SELECT id INTO gate FROM faults.gate WHERE kind = op_kind AND step = at_step AND NOT is_open AND nth <= came_before + 1
      AND (account_id IS NULL OR account_id = op_account) ORDER BY nth, id LIMIT 1;
    IF FOUND THEN PERFORM pg_advisory_xact_lock_shared(${LOCKS}, gate); END IF;
  END $$;

  CREATE FUNCTION faults.enter_step() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE op operation;
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM faults.gate WHERE step = NEW.name AND NOT is_open) THEN RETURN NEW; END IF;
    SELECT * INTO op FROM operation WHERE id = NEW.operation_id;
    PERFORM faults.pass(op.kind, op.account_id, NEW.name,
      (SELECT count(*) FROM step JOIN operation ON operation.id = step.operation_id WHERE operation.kind = op.kind AND step.name = NEW.name));
    RETURN NEW;
  END $$;
  CREATE TRIGGER fault_gate BEFORE INSERT ON step FOR EACH ROW EXECUTE FUNCTION faults.enter_step();

  CREATE FUNCTION faults.move_operation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      PERFORM faults.pass(NEW.kind, NEW.account_id, '(accepted)', (SELECT count(*) FROM operation WHERE kind = NEW.kind));
    ELSIF OLD.started_at IS NULL AND NEW.started_at IS NOT NULL THEN
      PERFORM faults.pass(NEW.kind, NEW.account_id, '(begins)', (SELECT count(*) FROM operation WHERE kind = NEW.kind AND started_at IS NOT NULL));
    ELSIF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
      PERFORM faults.pass(NEW.kind, NEW.account_id, '(ends)', (SELECT count(*) FROM operation WHERE kind = NEW.kind AND ended_at IS NOT NULL));
    END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER fault_gate BEFORE INSERT OR UPDATE ON operation FOR EACH ROW EXECUTE FUNCTION faults.move_operation();
`;

export async function createGates(databaseUrl: string): Promise<Gates> {
  const closed = new Set<number>();
  let client = connect();
  await (await client).query(TRIGGERS);

  async function connect(): Promise<pg.Client> {
    const made = new pg.Client({ connectionString: databaseUrl });
    made.on('error', () => undefined); // seen by the next query
    await made.connect();
    return made;
  }
  /** PostgreSQL may be killed meanwhile. Locks end with the session, and all who waited with them; they are taken anew. */
  async function query<R extends pg.QueryResultRow>(sql: string, values: readonly unknown[]): Promise<R[]> {
    for (;;) {
      const used = client;
      const session = await used;
      try {
        return (await session.query<R>(sql, [...values])).rows;
      } catch (error) {
        if (error instanceof pg.DatabaseError && !/^(57|08)/.test(error.code ?? '')) throw error;
        if (client === used) client = connectAgain(session); // whoever sees it first does it for all; nothing is awaited in between
      }
    }
  }
  async function connectAgain(lost: pg.Client): Promise<pg.Client> {
    await lost.end().catch(() => undefined);
    for (;;) {
      const made = await connect().catch(() => undefined);
      if (made && (await closeAllAgain(made))) return made;
      await made?.end().catch(() => undefined); // with the locks that it has
      await sleep(RETRY_MS);
    }
  }

  /** Somebody may have passed one meanwhile, and be held at another now: waiting for them would hold us as well, so that one stays open. */
  async function closeAllAgain(session: pg.Client): Promise<boolean> {
    try {
      for (const id of closed) {
        const { rows } = await session.query<{ isClosed: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS "isClosed"', [LOCKS, id]);
        if (rows[0]?.isClosed) continue;
        await session.query('UPDATE faults.gate SET is_open = true WHERE id = $1', [id]);
        closed.delete(id);
      }
      return true;
    } catch {
      return false;
    }
  }

  return {
    add: async (gates) => {
      for (const { id, kind, step, nth, accountId } of gates) {
        closed.add(id);
        await query('SELECT pg_advisory_lock($1, $2)', [LOCKS, id]);
        await query('INSERT INTO faults.gate (id, kind, step, nth, account_id) VALUES ($1, $2, $3, $4, $5)', [
          id,
          kind,
          step,
          nth,
          accountId ?? null,
        ]);
      }
    },
    waiting: async () => {
      const rows = await query<{ id: number }>(
        `SELECT DISTINCT objid::int AS id FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND NOT granted`,
        [LOCKS],
      );
      return rows.map(({ id }) => id).filter((id) => closed.has(id));
    },
    open: async (id, { isRolledBack = false } = {}) => {
      closed.delete(id);
      await query('UPDATE faults.gate SET is_open = true WHERE id = $1', [id]);
      if (isRolledBack)
        await query(
          `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid::int = $2 AND NOT granted`,
          [LOCKS, id],
        );
      await query('SELECT pg_advisory_unlock($1, $2)', [LOCKS, id]);
    },
    close: async () => (await client).end(),
  };
}
