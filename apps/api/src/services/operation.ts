import { mayAtAll, rowsFor } from '@nephos/authz/ability';
import type { Actor } from '@nephos/authz/actor';
import type { listOperationsSchema, OperationDetailDto, OperationDto, OperationHistoryDto } from '@nephos/contracts/operation.schema';
import type { Db, Tx } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { listPage, type Page } from '@nephos/db/list';
import { lockOperation } from '@nephos/db/operation.repo';
import type { Operation, Prisma } from '@nephos/db/prisma';
import { hideTexts } from '@nephos/log/may-be-told';
import { DomainError } from '@nephos/model/errors';
import type { Operations } from '@nephos/operations/operations';
import type { z } from 'zod';
import { once, type Request } from '../request.ts';
import type { InstanceService } from './instance.ts';
import { toAttemptDto, toOperationDto, toRelatedDto, toStepDto } from './operation.dto.ts';

type Ref = { operationId: string };
type Permission = 'operation.read' | 'operation.read-history' | 'operation.cancel' | 'operation.retry' | 'operation.resolve';

/** Beside what a log may tell: what errors say, which operations show everybody. */
const TOLD_OF_HISTORY = new Set(['activity_type', 'activity_id', 'message', 'activityId', 'undo', 'result', 'type']);

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
    async list({ actor }: Request, input: z.output<typeof listOperationsSchema>): Promise<Page<OperationDto & { accountName: string }>> {
      const [accountIds, hostIds] = await Promise.all([
        input.account && idsOf(db.account.findMany({ where: { AND: [called(input.account), rowsFor(actor, 'account.read')] }, ...FOUND })),
        input.host && idsOf(db.host.findMany({ where: { AND: [called(input.host), rowsFor(actor, 'host.read')] }, ...FOUND })),
      ]);
      const filters = {
        ...(input.state && { state: { in: input.state } }),
        ...(input.kind && { kind: input.kind }),
        ...(input.resourceId && { resourceId: input.resourceId }),
        ...(input.groupId && { groupId: input.groupId }),
        ...(accountIds && { accountId: { in: accountIds } }),
        ...(hostIds && { attempts: { some: { hostId: { in: hostIds } } } }),
        ...(input.maxAgeMinutes && { createdAt: { gte: new Date(Date.now() - input.maxAgeMinutes * 60_000) } }),
        ...(input.failedStep && { steps: { some: { name: input.failedStep, state: 'failed' } } }),
      };
      const inError = input.error
        ? [
            { errorCode: { not: null } },
            {
              OR: [
                { errorCode: input.error.toUpperCase() },
                { errorMessage: { contains: input.error, mode: 'insensitive' } },
                { steps: { some: { name: { contains: input.error, mode: 'insensitive' }, state: 'failed' } } },
              ],
            },
          ]
        : [];
      const page = await listPage(input, { where: [rowsFor(actor, 'operation.read'), filters, ...inError], searchIn: ['resourceName'] }, (args) =>
        db.operation.findMany(args),
      );
      const names = await accountNames(db, page.items);
      return { ...page, items: page.items.map((row) => ({ ...toOperationDto(row, actor), accountName: names.get(row.accountId) ?? '' })) };
    },

    async get({ actor }: Request, { operationId }: Ref): Promise<OperationDetailDto> {
      const operation = await findOperation(db, actor, 'operation.read', operationId);
      const [steps, attempts, names, user, related] = await Promise.all([
        db.step.findMany({ where: { operationId }, orderBy: { position: 'asc' } }),
        db.stepAttempt.findMany({ where: { operationId }, orderBy: [{ startedAt: 'asc' }, { attempt: 'asc' }] }),
        accountNames(db, [operation]),
        operation.actorUserId ? db.user.findUnique({ where: { id: operation.actorUserId }, select: { name: true } }) : null,
        relatedTo(db, actor, operation),
      ]);
      const hosts = await hostNames(db, actor, attempts);
      return {
        ...toOperationDto(operation, actor),
        accountName: names.get(operation.accountId) ?? '',
        actorName: user?.name ?? null,
        requestId: operation.requestId,
        isPastNoReturn: operation.isPastNoReturn,
        input: Object(hideTexts(operation.input)),
        related,
        steps: steps.map(toStepDto),
        attempts: attempts.map((attempt) => toAttemptDto(attempt, hosts.get(attempt.hostId) ?? null)),
      };
    },

    /** Decoded, and texts that no log would show are hidden. */
    async history({ actor }: Request, { operationId, cursor }: Ref & { cursor?: string | undefined }): Promise<OperationHistoryDto> {
      const { id, kind, state } = await findOperation(db, actor, 'operation.read-history', operationId);
      const { workflowId, page } = await operations.history({ id, kind }, { cursor, show: (value) => hideTexts(value, TOLD_OF_HISTORY) });
      return { workflowId, isGone: !page && state !== 'pending', ...(page ?? { events: [], nextCursor: null }) };
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

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** More things than these are meant by no name. */
const FOUND = { select: { id: true }, take: 500 } as const;

function called(nameOrId: string) {
  return UUID.test(nameOrId) ? { id: nameOrId } : { name: { contains: nameOrId, mode: 'insensitive' as const } };
}

async function idsOf(rows: Promise<{ id: string }[]>): Promise<string[]> {
  return (await rows).map(({ id }) => id);
}

async function accountNames(db: Db, of: readonly { accountId: string }[]): Promise<Map<string, string>> {
  const accounts = await db.account.findMany({
    where: { id: { in: [...new Set(of.map(({ accountId }) => accountId))] } },
    select: { id: true, name: true },
  });
  return new Map(accounts.map(({ id, name }) => [id, name]));
}

/** Of no host for who may not see hosts. */
async function hostNames(db: Db, actor: Actor, of: readonly { hostId: string }[]): Promise<Map<string, string>> {
  if (of.length === 0 || !mayAtAll(actor, 'host.read')) return new Map();
  const hosts = await db.host.findMany({
    where: { AND: [{ id: { in: [...new Set(of.map(({ hostId }) => hostId))] } }, rowsFor(actor, 'host.read')] },
    select: { id: true, name: true },
  });
  return new Map(hosts.map(({ id, name }) => [id, name]));
}

const RELATED_SHOWN = 50;

async function relatedTo(db: Db, actor: Actor, { id, parentId, retryOfId }: Operation): Promise<OperationDetailDto['related']> {
  const find = async (where: Prisma.OperationWhereInput) => {
    const rows = await db.operation.findMany({
      where: { AND: [where, rowsFor(actor, 'operation.read')] },
      orderBy: { createdAt: 'asc' },
      take: RELATED_SHOWN,
    });
    return rows.map((row) => toRelatedDto(row, actor));
  };
  const awaiting = await db.operationWaiter.findMany({ where: { operationId: id }, select: { waiterId: true }, take: RELATED_SHOWN });
  const [waitsFor, awaitedBy, startedBy, started, retryOf, retriedBy] = await Promise.all([
    find({ waiters: { some: { waiterId: id } } }),
    awaiting.length > 0 ? find({ id: { in: awaiting.map(({ waiterId }) => waiterId) } }) : [],
    parentId ? find({ id: parentId }) : [],
    find({ parentId: id }),
    retryOfId ? find({ id: retryOfId }) : [],
    find({ retryOfId: id }),
  ]);
  return { waitsFor, awaitedBy, startedBy, started, retryOf, retriedBy };
}
