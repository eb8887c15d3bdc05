import { z } from 'zod';
import { listInput, listOutput, timeSchema } from './list.schema.ts';

export const eventDto = z.object({
  id: z.uuid(),
  kind: z.string(),
  message: z.string(),
  accountId: z.uuid().nullable(),
  /** Null for who sees no other account. */
  accountName: z.string().nullable(),
  /** Null for the cloud itself. */
  actorUserId: z.uuid().nullable(),
  /** Null for who sees no other account. */
  actorName: z.string().nullable(),
  resourceType: z.string().nullable(),
  resourceId: z.uuid().nullable(),
  operationId: z.uuid().nullable(),
  requestId: z.string().nullable(),
  createdAt: timeSchema,
});
export type EventDto = z.output<typeof eventDto>;

const filters = {
  /** What it begins with: `instance` is all of instances, `user.signed-in` that alone. */
  kind: z.string().max(100).optional(),
  actorUserId: z.uuid().optional(),
  accountId: z.uuid().optional(),
  resourceType: z.string().max(100).optional(),
  resourceId: z.uuid().optional(),
  /** From this time on. */
  from: timeSchema.optional(),
  /** Before this time. */
  to: timeSchema.optional(),
};
export const listEventsSchema = listInput(['createdAt'], { direction: z.enum(['asc', 'desc']).default('desc'), ...filters });
export const eventPage = listOutput(eventDto);

export const EXPORT_FORMATS = ['csv', 'json'] as const;
/** What an export takes, which is no procedure: `GET /api/v1/event.export?format=csv&input={…}`. */
export const exportEventsSchema = z.object({ search: z.string().trim().max(100).optional(), ...filters });
