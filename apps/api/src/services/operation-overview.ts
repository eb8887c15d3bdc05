import { setTimeout } from 'node:timers/promises';
import type { operationOverviewDto, slowestStepsDto } from '@nephos/contracts/operation.schema';
import type { Db } from '@nephos/db/database';
import { countFailedByCause, countOpenByKind, measureSteps } from '@nephos/db/operation-overview.repo';
import { operationStates } from '@nephos/model/operation/state';
import type { z } from 'zod';

const COUNTED_EVERY_MS = 500;
const REMEMBERED_MS = 60_000;

/** The wallboard of administrators, over everybody's operations. */
export function createOperationOverviewService({ db }: { db: Db }) {
  let measured: { at: number; answer: Promise<z.output<typeof slowestStepsDto>> } | undefined;

  const measure = async () => ({
    measuredAt: new Date().toISOString(),
    items: (await measureSteps(db)).map(({ p50Ms, p95Ms, ...step }) => ({ ...step, p50Ms: Math.round(p50Ms), p95Ms: Math.round(p95Ms) })),
  });

  const count = async (): Promise<z.output<typeof operationOverviewDto>> => {
    const [running, failed] = await Promise.all([countOpenByKind(db), countFailedByCause(db)]);
    return {
      running: running.flatMap(({ state, oldestAt, ...row }) =>
        operationStates.is(state) ? [{ ...row, state, oldestAt: oldestAt.toISOString() }] : [],
      ),
      failed: failed.map(({ lastAt, ...row }) => ({ ...row, lastAt: lastAt.toISOString() })),
    };
  };

  return {
    /** However many ask, and at whatever changes: it is counted so often, and never before it was asked for. */
    overview: atMostEvery(COUNTED_EVERY_MS, count),

    /** It reads every step of a day, and is asked for at each change: so it is kept for a minute. */
    slowestSteps(): Promise<z.output<typeof slowestStepsDto>> {
      if (measured && Date.now() - measured.at < REMEMBERED_MS) return measured.answer;
      const answer = measure();
      measured = { at: Date.now(), answer };
      answer.catch(() => (measured = undefined));
      return answer;
    },
  };
}

/** Those who ask while `run` must not begin yet wait for the same one. */
function atMostEvery<T>(ms: number, run: () => Promise<T>): () => Promise<T> {
  let begun = 0;
  let next: Promise<T> | undefined;
  return () =>
    (next ??= setTimeout(Math.max(0, begun + ms - Date.now())).then(() => {
      next = undefined;
      begun = Date.now();
      return run();
    }));
}
export type OperationOverviewService = ReturnType<typeof createOperationOverviewService>;
