import { rowsFor } from '@nephos/authz/ability';
import type { Actor } from '@nephos/authz/actor';
import type { listOperationsSchema, OperationDetailDto, OperationDto } from '@nephos/contracts/operation.schema';
import type { Db, Tx } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { listPage, type Page } from '@nephos/db/list';
import { lockOperation } from '@nephos/db/operation.repo';
import type { Operation } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import type { Operations } from '@nephos/operations/operations';
import type { z } from 'zod';
import { once, type Request } from '../request.ts';
import type { InstanceService } from './instance.ts';
import { toAttemptDto, toOperationDto, toStepDto } from './operation.dto.ts';

type Ref = { operationId: string };
type Permission = 'operation.read' | 'operation.cancel' | 'operation.retry' | 'operation.resolve';

export function createOperationService({ db, operations, instances }: { db: Db; operations: Operations; instances: InstanceService }) {
  async function answerStuck(request: Request, { operationId }: Ref, answer: { retry: true } | { resolve: string }): Promise<OperationDto> {
    const operation = await once(db, request, async (tx) => {
      const found = await findOperation(tx, request.actor, 'operation.resolve', operationId);
      if (found.state !== 'stuck')
        throw new DomainError('INVALID_STATE', `The operation is ${found.state}, not stuck, so there is nothing to answer.`, { state: found.state });
      await noteEvent(tx, {
        kind: 'retry' in answer ? 'operation.step-retried' : 'operation.step-resolved',
        actor: request.actor,
        accountId: found.accountId,
        resource: { type: 'operation', id: operationId },
        operationId,
        message: 'retry' in answer ? 'The stuck step is tried again.' : `The stuck step is given up: ${answer.resolve}`,
      });
      return toOperationDto(found, request.actor);
    });
    await operations.answerStuck(operation, answer);
    return operation;
  }

  return {
    async list({ actor }: Request, input: z.output<typeof listOperationsSchema>): Promise<Page<OperationDto>> {
      const filters = {
        ...(input.state && { state: { in: input.state } }),
        ...(input.kind && { kind: input.kind }),
        ...(input.resourceId && { resourceId: input.resourceId }),
        ...(input.groupId && { groupId: input.groupId }),
      };
      const page = await listPage(input, { where: [rowsFor(actor, 'operation.read'), filters], searchIn: ['resourceName'] }, (args) =>
        db.operation.findMany(args),
      );
      return { ...page, items: page.items.map((row) => toOperationDto(row, actor)) };
    },

    async get({ actor }: Request, { operationId }: Ref): Promise<OperationDetailDto> {
      const operation = await findOperation(db, actor, 'operation.read', operationId);
      const [steps, attempts] = await Promise.all([
        db.step.findMany({ where: { operationId }, orderBy: { position: 'asc' } }),
        db.stepAttempt.findMany({ where: { operationId }, orderBy: [{ startedAt: 'asc' }, { attempt: 'asc' }] }),
      ]);
      return { ...toOperationDto(operation, actor), steps: steps.map(toStepDto), attempts: attempts.map(toAttemptDto) };
    },

    /** Asks an operation to stop and undo. Refused with CANCEL_REFUSED once it has passed its point of no return. */
    async cancel(request: Request, { operationId }: Ref): Promise<OperationDto> {
      const operation = await once(db, request, async (tx) => {
        await findOperation(tx, request.actor, 'operation.cancel', operationId);
        const { state, isPastNoReturn } = await lockOperation(tx, operationId);
        if (state !== 'pending' && state !== 'running')
          throw new DomainError('CANCEL_REFUSED', `The operation is ${state}, so it can't be cancelled.`, { state });
        if (isPastNoReturn)
          throw new DomainError('CANCEL_REFUSED', 'The operation has passed the point from which it can be undone; it finishes instead.', { state });
        return toOperationDto(await tx.operation.update({ where: { id: operationId }, data: { isCancelRequested: true } }), request.actor);
      });
      await operations.cancel(operation);
      return operation;
    },

    /** Begins the same again as a new operation, from what the failed one was asked. */
    async retry(request: Request, { operationId }: Ref): Promise<OperationDto> {
      const operation = await findOperation(db, request.actor, 'operation.retry', operationId);
      if (operation.state !== 'failed' && operation.state !== 'cancelled') {
        throw new DomainError('INVALID_STATE', `The operation is ${operation.state}; only one that failed or was cancelled can be retried.`, {
          state: operation.state,
        });
      }
      return instances.retry(request, operation);
    },

    retryStuck: (request: Request, ref: Ref) => answerStuck(request, ref, { retry: true }),
    resolveStuck: (request: Request, { operationId, reason }: Ref & { reason: string }) => answerStuck(request, { operationId }, { resolve: reason }),
  };
}
export type OperationService = ReturnType<typeof createOperationService>;

async function findOperation(tx: Tx, actor: Actor, permission: Permission, id: string): Promise<Operation> {
  const operation = await tx.operation.findFirst({ where: { AND: [{ id }, rowsFor(actor, permission)] } });
  if (!operation) throw new DomainError('NOT_FOUND', `There is no operation ${id}.`, { operationId: id });
  return operation;
}
