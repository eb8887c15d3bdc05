import { operationDetailDto, operationDto } from '@nephos/contracts/operation.schema';
import type { Violation } from '@nephos/db/invariants';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import type { FaultCloud, Tenant } from './fault-cloud.ts';
import type { Move } from './plan.ts';

/** What came of the moves of a lane, and of those that were stuck on the way. */
export interface LaneTally {
  begun: number;
  /** Refused for the state that the instance is in, which faults and cancels may have made another. */
  refused: number;
  /** There is no instance. */
  skipped: number;
  cancelled: number;
  /** Told to try again, as an administrator does. */
  stuck: number;
  violations: Violation[];
}

/** Everything that a pause, a heartbeat's 30 s and five attempts can add up to. */
const END_MS = 300_000;
const REFUSALS = new Set(['INVALID_STATE', 'NOT_FOUND', 'CONFLICT', 'CANCEL_REFUSED']);

/** One instance after another, as one person asks for them: each move when the one before has ended. */
export async function runLane({ cloud, deployInput }: FaultCloud, { api }: Tenant, moves: readonly Move[]): Promise<LaneTally> {
  const tally: LaneTally = { begun: 0, refused: 0, skipped: 0, cancelled: 0, stuck: 0, violations: [] };
  let instanceId: string | undefined;
  await makeMoves().catch((error: unknown) => tally.violations.push({ rule: 'Every request is answered', what: String(error) }));
  return tally;

  async function makeMoves(): Promise<void> {
    for (const move of moves) if (!(await make(move))) return;
  }

  /** False when the lane can't go on. */
  async function make(move: Move): Promise<boolean> {
    if ((move.verb === 'deploy') === (instanceId !== undefined)) {
      tally.skipped++;
      return true;
    }
    const operation = await unlessRefused(() => begin(move));
    if (!operation) {
      tally.refused++;
      return true;
    }
    tally.begun++;
    if (move.cancelAtStep > 0) await cancelAt(operation.id, move.cancelAtStep);
    const state = await untilEnded(operation.id);
    if (state === undefined) return false;
    if (move.verb === 'deploy' && state === 'succeeded') instanceId = operation.resource.id;
    if (move.verb === 'expunge' && state === 'succeeded') instanceId = undefined;
    return true;
  }

  async function begin({ verb, trouble, at }: Move): Promise<z.output<typeof operationDto> | undefined> {
    if (verb !== 'deploy') return api.mutate(operationDto, `instance.${verb}`, { instanceId });
    return (await api.mutate(z.array(operationDto), 'instance.deploy', { ...deployInput, name: `${trouble}vm-${at}` }))[0];
  }

  async function cancelAt(operationId: string, step: number): Promise<void> {
    await api.until(
      'its step comes',
      async () => {
        const { steps, endedAt } = await lookUp(operationId);
        return endedAt !== null || steps.length >= step;
      },
      END_MS,
    );
    if (await unlessRefused(() => api.mutate(operationDto, 'operation.cancel', { operationId }))) tally.cancelled++;
  }

  /** Undefined when it does not end; that is noted. */
  async function untilEnded(operationId: string): Promise<string | undefined> {
    const stuck = new Set<number>();
    try {
      return await api.until(
        `operation ${operationId} ends`,
        async () => {
          const { state, steps, endedAt } = await lookUp(operationId);
          if (state === 'stuck' && !stuck.has(steps.length)) {
            stuck.add(steps.length);
            tally.stuck++;
            await unlessRefused(() => cloud.api.mutate(operationDto, 'operation.retryStuck', { operationId }));
          }
          return endedAt !== null && state;
        },
        END_MS,
      );
    } catch (error) {
      tally.violations.push({ rule: 'Every operation ends', what: String(error) });
      return undefined;
    }
  }

  function lookUp(operationId: string) {
    return api.query(operationDetailDto, 'operation.get', { operationId });
  }
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DomainError && REFUSALS.has(String(error.details['code']))) return undefined;
    throw error;
  }
}
