import { EventEmitter, on } from 'node:events';
import type { Actor } from '@nephos/authz/actor';
import { currentCursor, cursorFromText, cursorToText, readChanges, type Change, type ChangeCursor } from '@nephos/db/change.repo';
import type { Db } from '@nephos/db/database';
import type { Logger } from '@nephos/log/log';
import pg from 'pg';

/** A late commit is read at the latest this long after the transactions before it have ended. */
const LOOK_AGAIN_MS = 1_000;
const RECONNECT_MS = 1_000;

/**
 * The stream of changes, for any number of readers: PostgreSQL's NOTIFY wakes one listener per process, and each reader goes
 * on from its own cursor. A reader sees what its actor may see, and ends with its signal.
 */
export function createChangeService({ db, databaseUrl, log }: { db: Db; databaseUrl: string; log: Logger }) {
  const woken = new EventEmitter().setMaxListeners(0);
  const stop = new AbortController();
  let readers = 0;
  // A change is held back while an older transaction is open, and that one need not notify when it ends.
  const again = setInterval(() => void (readers > 0 && woken.emit('change')), LOOK_AGAIN_MS).unref();
  void listen();

  async function listen(): Promise<void> {
    while (!stop.signal.aborted) {
      const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
      try {
        await client.connect();
        client.on('notification', () => woken.emit('change'));
        await client.query('LISTEN change');
        woken.emit('change'); // whatever came while nobody listened
        await new Promise((resolve, reject) => {
          client.once('error', reject);
          client.once('end', resolve);
          stop.signal.addEventListener('abort', resolve, { once: true });
        });
      } catch (error) {
        log.warn({ err: error }, 'listening for changes was interrupted');
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS).unref());
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  return {
    /** Yields changes with the cursor after each; from `lastEventId` on, or what comes from now on. */
    async *watch({ actor }: { actor: Actor }, lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<{ id: string; change: Change }> {
      let cursor: ChangeCursor = (lastEventId && cursorFromText(lastEventId)) || (await currentCursor(db));
      const wake = on(woken, 'change', { signal });
      readers++;
      try {
        for (;;) {
          const changes = await readChanges(db, cursor);
          for (const { cursor: next, ...change } of changes) {
            cursor = next;
            if (maySee(actor, change)) yield { id: cursorToText(next), change };
          }
          if (changes.length === 0) await wake.next();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        readers--;
      }
    },
    close: () => {
      clearInterval(again);
      stop.abort();
    },
  };
}
export type ChangeService = ReturnType<typeof createChangeService>;

/** The same rule as `change.read` in the policy: an account's own, and what belongs to nobody in particular. Hosts are for administrators. */
function maySee(actor: Actor, { accountId, resourceType }: Change): boolean {
  if (actor.kind === 'system' || actor.role === 'root-admin') return true;
  return accountId === actor.accountId || (accountId === null && resourceType !== 'host');
}
