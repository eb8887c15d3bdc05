import type { Actor } from '@nephos/authz/actor';
import { userIdOf } from '@nephos/authz/actor';
import { DomainError, isErrorCode, type ErrorCode } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { OPERATION_KINDS, isOperationKind, type OperationKind } from '@nephos/model/operation-kind';
import { isOpen, OPEN_OPERATION_STATES, operationStates, type ClosedOperationState, type OperationState } from '@nephos/model/operation/state';
import type { Tx } from './database.ts';
import { noteEvent } from './event.repo.ts';
import { columnsOf } from './locked-row.ts';
import { Prisma, type Operation } from './prisma.ts';

export interface NewOperation {
  /** Chosen beforehand by who names it in another row first. */
  id?: string | undefined;
  kind: OperationKind;
  actor: Actor;
  accountId: string;
  resource: { type: string; id: string; name: string };
  /** What the workflow gets, beside the operation's id. No secrets. */
  input: Prisma.InputJsonObject;
  groupId?: string | undefined;
  retryOfId?: string | undefined;
  parentId?: string | undefined;
}

export interface ErrorText {
  code: string;
  message: string;
}

export async function insertOperation(tx: Tx, { actor, resource, ...operation }: NewOperation): Promise<Operation> {
  return tx.operation.create({
    data: {
      id: operation.id ?? newId(),
      kind: operation.kind,
      state: 'pending',
      accountId: operation.accountId,
      actorUserId: userIdOf(actor),
      resourceType: resource.type,
      resourceId: resource.id,
      resourceName: resource.name,
      input: operation.input,
      groupId: operation.groupId ?? null,
      retryOfId: operation.retryOfId ?? null,
      parentId: operation.parentId ?? null,
      requestId: actor.requestId ?? null,
    },
  });
}

/**
 * `run` it, it was `cancelled` before it began, or it has ended and is `over`. One that undoes already is run too: its workflow
 * begins anew when its first answers were lost, and hears at its first step that it failed.
 */
export async function beginOperation(tx: Tx, operationId: string): Promise<'run' | 'cancelled' | 'over'> {
  const { count } = await tx.operation.updateMany({
    where: { id: operationId, state: 'pending', isCancelRequested: false },
    data: { state: 'running', startedAt: new Date() },
  });
  if (count === 1) return 'run';
  const operation = await tx.operation.findUnique({ where: { id: operationId }, select: { state: true, isCancelRequested: true } });
  if (!operation) throw new DomainError('NOT_FOUND', `There is no operation ${operationId}.`, { operationId });
  if (!isOpen(operation.state)) return 'over';
  const isUndoing = operation.state !== 'pending' && operation.state !== 'running';
  return operation.isCancelRequested && !isUndoing ? 'cancelled' : 'run';
}

export interface StepEntry {
  operationId: string;
  /** Counts from 0 in the order the workflow enters them; entering the same position again changes nothing. */
  position: number;
  name: string;
  isUndo: boolean;
}

/**
 * Ends the step before and shows this one as running. Throws where the story must not go on: a workflow whose last answers were
 * lost with their task tells them again, and by then what failed may work. One that has failed is told its failure of before.
 */
export async function enterStep(tx: Tx, { operationId, position, name, isUndo }: StepEntry): Promise<void> {
  const [operation] = await tx.$queryRaw<{ state: OperationState; errorCode: string | null; errorMessage: string | null }[]>`
    WITH told AS (SELECT id, state, error_code, error_message FROM operation WHERE id = ${operationId}::uuid),
    open AS (SELECT id FROM told WHERE state = ANY (${[...OPEN_OPERATION_STATES]}) AND (${isUndo} OR state <> 'undoing')),
    before AS (
      UPDATE step SET state = 'succeeded', ended_at = now() FROM open
      WHERE operation_id = open.id AND position < ${position} AND step.state IN ('running', 'stuck')
    ),
    entered AS (
      INSERT INTO step (operation_id, position, name, is_undo, state) SELECT id, ${position}, ${name}, ${isUndo}, 'running' FROM open
      ON CONFLICT (operation_id, position) DO UPDATE SET state = 'running' WHERE step.state = 'stuck'
    )
    SELECT state, error_code AS "errorCode", error_message AS "errorMessage" FROM told`;
  if (!operation) throw new DomainError('NOT_FOUND', `There is no operation ${operationId}.`, { operationId });
  if (operation.state === 'undoing' && !isUndo)
    throw new DomainError(errorCodeOf(operation.errorCode), operation.errorMessage ?? 'The operation failed.');
  if (!isOpen(operation.state))
    throw new DomainError('INVALID_STATE', `The operation is ${operation.state}; nothing more of it is done.`, { operationId });
}

/** The current step failed; from here the operation undoes. It is `over` when it has ended before, and everything is as it should be. */
export async function startUndo(tx: Tx, operationId: string, error: ErrorText): Promise<'undo' | 'over'> {
  const { state } = await lockOperation(tx, operationId);
  if (!isOpen(state)) return 'over';
  await move(tx, operationId, 'undoing', { errorCode: error.code, errorMessage: error.message });
  await endSteps(tx, operationId, 'failed', error);
  return 'undo';
}

/** The current step has to finish and can't; an administrator answers. */
export async function markStuck(tx: Tx, operationId: string, error: ErrorText): Promise<void> {
  await move(tx, operationId, 'stuck');
  await endSteps(tx, operationId, 'stuck', error);
}

/** After an administrator's answer the operation goes on where it was. */
export async function resume(tx: Tx, operationId: string, to: 'running' | 'undoing'): Promise<void> {
  await move(tx, operationId, to);
}

/** From here on a cancel is refused. False when one was asked for before: then the operation must undo instead. */
export async function passPointOfNoReturn(tx: Tx, operationId: string): Promise<boolean> {
  const { count } = await tx.operation.updateMany({ where: { id: operationId, isCancelRequested: false }, data: { isPastNoReturn: true } });
  return count === 1;
}

/** Ends an operation and answers who waits for it. Ending it again answers the same. */
export async function endOperation(tx: Tx, operationId: string, state: ClosedOperationState): Promise<{ waiters: { id: string; kind: string }[] }> {
  const operation = await move(tx, operationId, state, { endedAt: new Date() });
  if (operation) {
    await endSteps(tx, operationId, 'succeeded');
    await noteEvent(tx, {
      kind: `${operation.kind}.${state}`,
      actor: { kind: 'system', name: 'operation' },
      actorUserId: operation.actorUserId,
      accountId: operation.accountId,
      resource: { type: operation.resourceType, id: operation.resourceId },
      operationId,
      message: describeEnd(operation, state),
    });
  }
  const waiting = await tx.operationWaiter.findMany({ where: { operationId }, select: { waiterId: true } });
  if (waiting.length === 0) return { waiters: [] };
  return {
    waiters: await tx.operation.findMany({
      where: { id: { in: waiting.map((row) => row.waiterId) }, state: { in: [...OPEN_OPERATION_STATES] } },
      select: { id: true, kind: true },
    }),
  };
}

/** Puts an operation on the list of those told when another ends. False when that one has ended already. */
export async function waitForOperation(tx: Tx, operationId: string, waiterId: string): Promise<boolean> {
  const operation = await lockOperation(tx, operationId);
  if (!isOpen(operation.state)) return false;
  await tx.operationWaiter.upsert({ where: { operationId_waiterId: { operationId, waiterId } }, create: { operationId, waiterId }, update: {} });
  return true;
}

export async function lockOperation(tx: Tx, id: string): Promise<Operation> {
  const [operation] = await tx.$queryRaw<
    Operation[]
  >`SELECT ${columnsOf(Prisma.OperationScalarFieldEnum)} FROM operation WHERE id = ${id}::uuid FOR UPDATE`;
  if (!operation) throw new DomainError('NOT_FOUND', `There is no operation ${id}.`, { operationId: id });
  return operation;
}

/** Locks the operation's row. Undefined when it was moved there before. */
async function move(tx: Tx, id: string, to: OperationState, data: Prisma.OperationUpdateManyMutationInput = {}): Promise<Operation | undefined> {
  const [moved] = await tx.operation.updateManyAndReturn({ where: { id, state: { in: operationStates.before(to) } }, data: { state: to, ...data } });
  if (moved) return moved;
  const operation = await lockOperation(tx, id);
  if (operation.state === to) return undefined;
  operationStates.assertCanMove(stateOf(operation), to);
  return tx.operation.update({ where: { id }, data: { state: to, ...data } });
}

async function endSteps(tx: Tx, operationId: string, state: 'succeeded' | 'failed' | 'stuck', error?: ErrorText): Promise<void> {
  await tx.step.updateMany({
    where: { operationId, state: { in: ['running', 'stuck'] } },
    data: { state, endedAt: new Date(), errorCode: error?.code ?? null, errorMessage: error?.message ?? null },
  });
}

function errorCodeOf(text: string | null): ErrorCode {
  return text !== null && isErrorCode(text) ? text : 'UNEXPECTED';
}

function stateOf(operation: Operation): OperationState {
  if (operationStates.is(operation.state)) return operation.state;
  throw new DomainError('UNEXPECTED', `Operation ${operation.id} has the unknown state ${operation.state}.`);
}

function describeEnd(operation: Operation, state: ClosedOperationState): string {
  const what = `${operation.resourceType} ${operation.resourceName}`;
  const past = isOperationKind(operation.kind) ? OPERATION_KINDS[operation.kind].past : operation.kind;
  if (state === 'succeeded') return `The ${what} was ${past}.`;
  if (state === 'cancelled') return `The ${what} was not ${past}: the operation was cancelled.`;
  return `The ${what} was not ${past}: ${operation.errorMessage ?? 'the operation failed'}`;
}
