import { mayAtAll } from '@nephos/authz/ability';
import type { Actor } from '@nephos/authz/actor';
import type { AttemptDto, OperationDetailDto, OperationDto, StepDto } from '@nephos/contracts/operation.schema';
import type { Operation, Step, StepAttempt } from '@nephos/db/prisma';
import { operationStates } from '@nephos/model/operation/state';
import { DomainError } from '@nephos/model/errors';

export function toOperationDto(operation: Operation, actor: Actor): OperationDto {
  const { state } = operation;
  if (!operationStates.is(state)) throw new DomainError('UNEXPECTED', `Operation ${operation.id} has the unknown state ${state}.`);
  return {
    id: operation.id,
    kind: operation.kind,
    state,
    accountId: operation.accountId,
    actorUserId: operation.actorUserId,
    resource: { type: operation.resourceType, id: operation.resourceId, name: operation.resourceName },
    groupId: operation.groupId,
    retryOfId: operation.retryOfId,
    parentId: operation.parentId,
    isCancelRequested: operation.isCancelRequested,
    error: errorOf(operation),
    createdAt: operation.createdAt.toISOString(),
    startedAt: timeOf(operation.startedAt),
    endedAt: timeOf(operation.endedAt),
    can: {
      cancel:
        (state === 'pending' || state === 'running') &&
        !operation.isPastNoReturn &&
        !operation.isCancelRequested &&
        mayAtAll(actor, 'operation.cancel'),
      retry: (state === 'failed' || state === 'cancelled') && mayAtAll(actor, 'operation.retry'),
      resolve: state === 'stuck' && mayAtAll(actor, 'operation.resolve'),
    },
  };
}

export function toStepDto(step: Step): StepDto {
  return {
    position: step.position,
    name: step.name,
    isUndo: step.isUndo,
    state: oneOf(step.state, ['running', 'succeeded', 'failed', 'stuck'] as const),
    error: errorOf(step),
    startedAt: step.startedAt.toISOString(),
    endedAt: timeOf(step.endedAt),
  };
}

export function toRelatedDto(operation: Operation, actor: Actor): OperationDetailDto['related']['started'][number] {
  const { id, kind, state, resource } = toOperationDto(operation, actor);
  return { id, kind, state, resource };
}

export function toAttemptDto(attempt: StepAttempt, hostName: string | null): AttemptDto {
  return {
    activityId: attempt.activityId,
    activity: attempt.activity,
    attempt: attempt.attempt,
    hostId: attempt.hostId,
    hostName,
    state: oneOf(attempt.state, ['running', 'succeeded', 'failed'] as const),
    fraction: attempt.fraction,
    error: errorOf(attempt),
    startedAt: attempt.startedAt.toISOString(),
    endedAt: timeOf(attempt.endedAt),
  };
}

function errorOf({ errorCode, errorMessage }: { errorCode: string | null; errorMessage: string | null }) {
  return errorCode ? { code: errorCode, message: errorMessage ?? '' } : null;
}

function timeOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}

function oneOf<const T extends string>(text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text);
  if (!found) throw new DomainError('UNEXPECTED', `${text} is none of ${allowed.join(', ')}.`);
  return found;
}
