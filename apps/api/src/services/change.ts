import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '@nephos/authz/actor';
import { currentCursor, cursorFromText, cursorToText, readChanges, type Change, type ChangeCursor } from '@nephos/db/change.repo';
import type { Db } from '@nephos/db/database';
import { DomainError } from '@nephos/model/errors';
import type { Notifications } from '../notifications.ts';

const LOOK_AGAIN_MS = 1_000;
/** Under load every transaction notifies; what comes within this time is read as one. */
const GATHER_MS = 50;

/**
 * The stream of changes, for any number of readers. NOTIFY wakes them, and each goes on from its own cursor. A reader sees
 * what its actor may see, and ends with its signal.
 */
export function createChangeService({ db, notifications: { events } }: { db: Db; notifications: Notifications }) {
  let readers = 0;
  // A change is held back while an older transaction is open, and that one need not notify when it ends.
  const again = setInterval(() => void (readers > 0 && events.emit('change', '')), LOOK_AGAIN_MS).unref();
  events.on('connected', () => events.emit('change', ''));

  return {
    /** Where the stream is now: whoever begins here misses nothing of what comes after. */
    now: async (): Promise<string> => cursorToText(await currentCursor(db)),
    /**
     * Changes with the cursor after each; from `lastEventId` on, or what comes from now on: what commits after this has
     * resolved is in the stream. Throws BAD_INPUT for a cursor that is none.
     */
    async watch(
      request: { actor: Actor },
      lastEventId: string | undefined,
      signal: AbortSignal,
    ): Promise<AsyncGenerator<{ id: string; change: Change }>> {
      const cursor = lastEventId === undefined ? await currentCursor(db) : cursorFromText(lastEventId);
      if (!cursor)
        throw new DomainError('BAD_INPUT', 'This event id is not one of the change stream. Begin again without one.', { field: 'lastEventId' });
      return follow(request.actor, cursor, signal);
    },
    close: () => clearInterval(again),
  };

  async function* follow(actor: Actor, from: ChangeCursor, signal: AbortSignal): AsyncGenerator<{ id: string; change: Change }> {
    let cursor = from;
    let wake = Promise.withResolvers<void>();
    const onChange = () => wake.resolve();
    events.on('change', onChange);
    signal.addEventListener('abort', onChange, { once: true });
    readers++;
    try {
      while (!signal.aborted) {
        wake = Promise.withResolvers(); // before the read, so that nothing falls between
        const changes = await readChanges(db, cursor);
        for (const { cursor: next, ...change } of changes) {
          cursor = next;
          if (maySee(actor, change)) yield { id: cursorToText(next), change };
        }
        if (changes.length > 0) continue;
        await wake.promise;
        await sleep(GATHER_MS, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      readers--;
      events.off('change', onChange);
      signal.removeEventListener('abort', onChange);
    }
  }
}
export type ChangeService = ReturnType<typeof createChangeService>;

/** What belongs to nobody in particular and is told to everybody: what people choose from. All else of it is for administrators. */
const TOLD_TO_ALL = new Set(['compute-offering', 'template', 'zone']);

/** The same rule as `change.read` in the policy: an account's own, and what is public. */
function maySee(actor: Actor, { accountId, resourceType }: Change): boolean {
  if (actor.kind === 'system' || actor.role === 'root-admin') return true;
  return accountId === null ? TOLD_TO_ALL.has(resourceType) : accountId === actor.accountId;
}
