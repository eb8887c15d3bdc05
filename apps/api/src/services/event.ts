import { rowsFor, seesAll } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/event.schema';
import type { Db } from '@nephos/db/database';
import { listPage, type Page } from '@nephos/db/list';
import { findNames } from '@nephos/db/name.repo';
import type { Event } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import { EVENTS_EXPORTED_MAX } from '@nephos/model/limits';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';

type Filters = z.output<typeof contract.exportEventsSchema>;
const EXPORTED_AT_ONCE = 500;

/** The audit trail: who did what to which thing, and when. */
export function createEventService({ db }: { db: Db }) {
  async function list({ actor }: Request, input: z.output<typeof contract.listEventsSchema>): Promise<Page<contract.EventDto>> {
    const where = [rowsFor(actor, 'event.read'), conditionsOf(input)];
    const page = await listPage(input, { where, searchIn: ['message'] }, (args) => db.event.findMany(args));
    const names = seesAll(actor, 'event.read')
      ? await findNames(db, { account: page.items.map(({ accountId }) => accountId), user: page.items.map(({ actorUserId }) => actorUserId) })
      : new Map<string, string>();
    return { ...page, items: page.items.map((event) => toEventDto(event, names)) };
  }

  return {
    list,

    /**
     * All that match, the newest first, page by page as they are taken. Throws BAD_INPUT when they are more than
     * EVENTS_EXPORTED_MAX, before anything is answered: an export that stops somewhere would be taken for whole.
     */
    async export(request: Request, filters: Filters): Promise<AsyncGenerator<contract.EventDto>> {
      const found = { message: { contains: filters.search ?? '', mode: 'insensitive' as const } };
      const count = await db.event.count({
        where: { AND: [rowsFor(request.actor, 'event.read'), conditionsOf(filters), ...(filters.search ? [found] : [])] },
        take: EVENTS_EXPORTED_MAX + 1,
      });
      if (count > EVENTS_EXPORTED_MAX)
        throw new DomainError('BAD_INPUT', `More than ${EVENTS_EXPORTED_MAX} events match. Choose a shorter time, or fewer kinds.`, {
          field: 'from',
        });
      return everyPage(request, filters);
    },
  };

  async function* everyPage(request: Request, filters: Filters): AsyncGenerator<contract.EventDto> {
    for (let cursor: string | undefined; ;) {
      const page = await list(request, { ...filters, limit: EXPORTED_AT_ONCE, sort: 'createdAt', direction: 'desc', cursor });
      yield* page.items;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }
}
export type EventService = ReturnType<typeof createEventService>;

function conditionsOf({ kind, actorUserId, accountId, resourceType, resourceId, from, to }: Filters) {
  return given({
    actorUserId,
    accountId,
    resourceType,
    resourceId,
    kind: kind ? { startsWith: kind } : undefined,
    createdAt: from || to ? given({ gte: from && new Date(from), lt: to && new Date(to) }) : undefined,
  });
}

function toEventDto(event: Event, names: ReadonlyMap<string, string>): contract.EventDto {
  return {
    id: event.id,
    kind: event.kind,
    message: event.message,
    accountId: event.accountId,
    accountName: names.get(event.accountId ?? '') ?? null,
    actorUserId: event.actorUserId,
    actorName: names.get(event.actorUserId ?? '') ?? null,
    resourceType: event.resourceType,
    resourceId: event.resourceId,
    operationId: event.operationId,
    requestId: event.requestId,
    createdAt: event.createdAt.toISOString(),
  };
}
