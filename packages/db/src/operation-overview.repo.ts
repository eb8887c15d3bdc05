import type { Db } from './database.ts';

const SHOWN = 20;

/** Open operations by kind and state, the most frequent first. */
export function countOpenByKind(db: Db): Promise<{ kind: string; state: string; count: number; oldestAt: Date }[]> {
  return db.$queryRaw`
    SELECT kind, state, count(*)::int AS count, min(created_at) AS "oldestAt" FROM operation
    WHERE state IN ('pending', 'running', 'undoing', 'stuck') GROUP BY kind, state ORDER BY count DESC, kind, state`;
}

interface Cause {
  kind: string;
  code: string;
  /** Null when no step had begun. */
  step: string | null;
  count: number;
  lastAt: Date;
  lastOperationId: string;
}

/** What failed within 24 hours by what failed it: the code of the error and the step that raised it. */
export function countFailedByCause(db: Db): Promise<Cause[]> {
  return db.$queryRaw`
    SELECT operation.kind, coalesce(operation.error_code, 'UNEXPECTED') AS code, broken.name AS step, count(*)::int AS count,
      max(operation.ended_at) AS "lastAt", (array_agg(operation.id ORDER BY operation.ended_at DESC))[1] AS "lastOperationId"
    FROM operation
    LEFT JOIN LATERAL (
      SELECT name FROM step WHERE operation_id = operation.id AND state = 'failed' AND NOT is_undo ORDER BY position LIMIT 1
    ) AS broken ON true
    WHERE operation.state = 'failed' AND operation.ended_at > now() - interval '24 hours'
    GROUP BY 1, 2, 3 ORDER BY count DESC, "lastAt" DESC LIMIT ${SHOWN}`;
}

/** Steps that ended within 24 hours, by how long they took. */
export function measureSteps(db: Db): Promise<{ kind: string; step: string; count: number; p50Ms: number; p95Ms: number }[]> {
  return db.$queryRaw`
    SELECT kind, name AS step, count(*)::int AS count,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS "p50Ms", percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS "p95Ms"
    FROM (
      SELECT operation.kind, step.name, extract(epoch FROM step.ended_at - step.started_at)::float8 * 1000 AS ms
      FROM step JOIN operation ON operation.id = step.operation_id
      WHERE step.started_at > now() - interval '24 hours' AND step.ended_at IS NOT NULL
    ) AS taken
    GROUP BY kind, name ORDER BY "p95Ms" DESC LIMIT ${SHOWN}`;
}
