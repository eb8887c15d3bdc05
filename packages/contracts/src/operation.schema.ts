import { OPERATION_KINDS } from '@nephos/model/operation-kind';
import { OPERATION_STATES } from '@nephos/model/operation/state';
import { z } from 'zod';
import { listInput, listOutput, timeSchema } from './list.schema.ts';

export const operationErrorSchema = z.object({ code: z.string(), message: z.string() });

export const operationDto = z.object({
  id: z.uuid(),
  kind: z.string(),
  state: z.enum(OPERATION_STATES),
  accountId: z.uuid(),
  actorUserId: z.uuid().nullable(),
  resource: z.object({ type: z.string(), id: z.uuid(), name: z.string() }),
  groupId: z.uuid().nullable(),
  retryOfId: z.uuid().nullable(),
  parentId: z.uuid().nullable(),
  isCancelRequested: z.boolean(),
  error: operationErrorSchema.nullable(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  /** What the caller may do with it now. */
  can: z.object({ cancel: z.boolean(), retry: z.boolean(), resolve: z.boolean() }),
});
export type OperationDto = z.output<typeof operationDto>;

export const stepDto = z.object({
  position: z.int(),
  name: z.string(),
  isUndo: z.boolean(),
  state: z.enum(['running', 'succeeded', 'failed', 'stuck']),
  error: operationErrorSchema.nullable(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
});
export type StepDto = z.output<typeof stepDto>;

/** One attempt of work on a host, as its agent told. */
export const attemptDto = z.object({
  activityId: z.string(),
  activity: z.string(),
  attempt: z.int(),
  hostId: z.uuid(),
  state: z.enum(['running', 'succeeded', 'failed']),
  fraction: z.number().min(0).max(1).nullable(),
  error: operationErrorSchema.nullable(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
});
export type AttemptDto = z.output<typeof attemptDto>;

export const operationDetailDto = operationDto.extend({ steps: z.array(stepDto), attempts: z.array(attemptDto) });
export type OperationDetailDto = z.output<typeof operationDetailDto>;

export const operationIdSchema = z.object({ operationId: z.uuid() });
export const listOperationsSchema = listInput(['createdAt'], {
  direction: z.enum(['asc', 'desc']).default('desc'),
  state: z.array(z.enum(OPERATION_STATES)).optional(),
  kind: z.enum(Object.keys(OPERATION_KINDS)).optional(),
  resourceId: z.uuid().optional(),
  groupId: z.uuid().optional(),
});
export const operationPage = listOutput(operationDto);
/** An administrator's answer to a stuck operation: go on without the step. The reason is kept in the audit trail. */
export const resolveOperationSchema = z.object({ operationId: z.uuid(), reason: z.string().trim().min(3).max(1_000) });
