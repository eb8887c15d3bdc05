import { isOperationKind, OPERATION_KINDS } from '@nephos/model/operation-kind';
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
  /** Null for who may not see hosts. */
  hostName: z.string().nullable(),
  state: z.enum(['running', 'succeeded', 'failed']),
  fraction: z.number().min(0).max(1).nullable(),
  error: operationErrorSchema.nullable(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
});
export type AttemptDto = z.output<typeof attemptDto>;

/** Another operation that this one has to do with. */
export const relatedOperationDto = operationDto.pick({ id: true, kind: true, state: true, resource: true });

export const operationDetailDto = operationDto.extend({
  accountName: z.string(),
  /** Who asked for it; null for the cloud itself. */
  actorName: z.string().nullable(),
  requestId: z.string().nullable(),
  isPastNoReturn: z.boolean(),
  /** What the workflow got. Texts that no log would show are hidden; there are no secrets among them anyway. */
  input: z.record(z.string(), z.unknown()),
  /** By how it is related; only those that the caller may see. */
  related: z.object({
    waitsFor: z.array(relatedOperationDto),
    awaitedBy: z.array(relatedOperationDto),
    startedBy: z.array(relatedOperationDto),
    started: z.array(relatedOperationDto),
    retryOf: z.array(relatedOperationDto),
    retriedBy: z.array(relatedOperationDto),
  }),
  steps: z.array(stepDto),
  attempts: z.array(attemptDto),
});
export type OperationDetailDto = z.output<typeof operationDetailDto>;

export const operationIdSchema = z.object({ operationId: z.uuid() });
const nameOrIdSchema = z.string().trim().min(1).max(100);
export const listOperationsSchema = listInput(['createdAt'], {
  direction: z.enum(['asc', 'desc']).default('desc'),
  state: z.array(z.enum(OPERATION_STATES)).optional(),
  kind: z.enum(Object.keys(OPERATION_KINDS).filter(isOperationKind)).optional(),
  resourceId: z.uuid().optional(),
  groupId: z.uuid().optional(),
  /** The account's id, or a part of its name. */
  account: nameOrIdSchema.optional(),
  /** The id, or a part of the name, of a host that took work of it. For who may see hosts. */
  host: nameOrIdSchema.optional(),
  /** Asked for within so many minutes. */
  maxAgeMinutes: z.int().min(1).max(525_600).optional(),
  /** An error code, or a part of what the error says or of the name of the step that failed. */
  error: z.string().trim().min(1).max(200).optional(),
  /** The step that failed. */
  failedStep: z.string().trim().min(1).max(200).optional(),
});
export const operationPage = listOutput(operationDto.extend({ accountName: z.string() }));

/** What is going on and what went wrong, counted. */
export const operationOverviewDto = z.object({
  running: z.array(z.object({ kind: z.string(), state: z.enum(OPERATION_STATES), count: z.int(), oldestAt: timeSchema })),
  /** Of the last 24 hours, by cause, the most frequent first. `step` is null when none had begun. */
  failed: z.array(
    z.object({ kind: z.string(), code: z.string(), step: z.string().nullable(), count: z.int(), lastAt: timeSchema, lastOperationId: z.uuid() }),
  ),
});
/** Of the last 24 hours, the slowest 95th percentile first. It is measured once a minute. */
export const slowestStepsDto = z.object({
  measuredAt: timeSchema,
  items: z.array(z.object({ kind: z.string(), step: z.string(), count: z.int(), p50Ms: z.int(), p95Ms: z.int() })),
});

export const operationHistorySchema = operationIdSchema.extend({ cursor: z.string().max(10_000).optional() });
/** What Temporal kept of the run, event by event; `isGone` once its retention has taken it. */
export const operationHistoryDto = z.object({
  workflowId: z.string(),
  isGone: z.boolean(),
  events: z.array(z.object({ id: z.int(), time: timeSchema, type: z.string(), attributes: z.record(z.string(), z.unknown()) })),
  nextCursor: z.string().nullable(),
});
export type OperationHistoryDto = z.output<typeof operationHistoryDto>;
/** An administrator's answer to a stuck operation: go on without the step. The reason is kept in the audit trail. */
export const resolveOperationSchema = z.object({ operationId: z.uuid(), reason: z.string().trim().min(3).max(1_000) });
