import { once } from 'node:events';
import { systemActor, type Actor } from '@nephos/authz/actor';
import type { Db, Tx } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { findInstance } from '@nephos/db/instance.repo';
import type { Console } from '@nephos/db/prisma';
import type { Logger } from '@nephos/log/log';
import { CONSOLE_CLOSED } from '@nephos/model/console';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { InstanceState } from '@nephos/model/instance/state';
import { CONSOLE_TICKET_MS } from '@nephos/model/limits';
import type { WebSocket } from 'ws';
import type { Notifications } from '../notifications.ts';
import type { AuthenticationService } from './authentication.ts';

/** Under load every transaction notifies; what comes within this time is looked at as one. */
const GATHER_MS = 250;
/** In which a console stays: the guest may still be there, and what it says while it goes down is worth reading. */
const STAYS_IN: readonly InstanceState[] = ['running', 'rebooting', 'stopping', 'destroying', 'unknown'];

export interface OpenConsole extends Pick<Console, 'id' | 'instanceId' | 'sessionId' | 'apiKeyId'> {
  /** Where the guest ran when it was opened. */
  hostId: string;
  viewer: WebSocket;
  far: WebSocket;
  /** Once, after either side has closed. */
  onEnd: () => Promise<void>;
}

/** The consoles that this process holds open. */
export interface OpenConsoles {
  add(console: OpenConsole): void;
  /** Ends them all, and resolves when that is written down. */
  close(): Promise<void>;
}

/**
 * Ends consoles whose right is over: of a session or key that ended (the database tells at once; that time is up is seen at the
 * next look), and of an instance that stopped or moved. A side that doesn't answer pings is gone.
 */
export function createOpenConsoles({
  db,
  authentication,
  notifications: { events },
  recheckMs,
  log,
}: {
  db: Db;
  authentication: AuthenticationService;
  notifications: Notifications;
  recheckMs: number;
  log: Logger;
}): OpenConsoles {
  const open = new Map<string, OpenConsole>();
  const ending = new Set<Promise<void>>();

  /** Why it must end now; undefined when it may stay. */
  async function overBecause({ id, instanceId, hostId, ...credential }: OpenConsole): Promise<'signedOut' | 'ended' | undefined> {
    const expiresAt = new Date(Date.now() + CONSOLE_TICKET_MS + recheckMs);
    const { count } = await db.console.updateMany({ where: { id }, data: { expiresAt } });
    if (count === 0) return 'signedOut'; // it went with its session
    try {
      const actor = await authentication.authenticateAgain(credential, newId());
      const instance = await findInstance(db, actor, 'instance.console', instanceId);
      return staysOn(hostId, instance) ? undefined : 'ended';
    } catch (error) {
      if (error instanceof DomainError) return 'signedOut';
      throw error;
    }
  }
  async function recheck(those: Iterable<OpenConsole>): Promise<void> {
    for (const one of those) {
      const why = await overBecause(one);
      if (why) closeConsole(one, why);
    }
  }
  /** Only whether instances stopped or moved: in one query, because it is asked at every change. */
  async function lookAtInstances(): Promise<void> {
    const ids = [...new Set(Array.from(open.values(), ({ instanceId }) => instanceId))];
    const rows = await db.instance.findMany({ where: { id: { in: ids } }, select: { id: true, state: true, hostId: true } });
    for (const one of open.values()) {
      const instance = rows.find(({ id }) => id === one.instanceId);
      if (!instance || !staysOn(one.hostId, instance)) closeConsole(one, 'ended');
    }
  }
  const attempt = (look: Promise<void>) =>
    void look.catch((error: unknown) => log.warn({ err: error }, 'it could not be asked which consoles may stay open'));

  const timer = setInterval(() => {
    attempt(recheck([...open.values()]));
    attempt(forgetLost(db));
  }, recheckMs).unref();
  let gathering: NodeJS.Timeout | undefined;
  const onChange = () => {
    if (open.size > 0) gathering ??= setTimeout(() => ((gathering = undefined), attempt(lookAtInstances())), GATHER_MS);
  };
  const onConsole = (id: string) => {
    const named = open.get(id);
    if (id === '' || named) attempt(recheck(named ? [named] : [...open.values()]));
  };
  const onGap = () => onConsole('');
  events.on('change', onChange).on('console', onConsole).on('connected', onGap);

  return {
    add: (console) => {
      const { id, viewer, far, onEnd } = console;
      open.set(id, console);
      const ends = [viewer, far].map((socket) => keepAlive(socket, recheckMs));
      const end = () => {
        if (!open.delete(id)) return;
        ends.forEach((stop) => stop());
        const ended = onEnd().catch((error: unknown) => log.error({ err: error }, 'the end of a console could not be recorded'));
        ending.add(ended);
        void ended.finally(() => ending.delete(ended));
      };
      const onFarClose = () => {
        closeConsole(console, 'ended');
        end();
      };
      viewer.once('close', end);
      far.once('close', onFarClose);
      if (far.readyState !== far.OPEN) onFarClose();
      else attempt(recheck([console])); // its right may have ended while it was opened
    },
    close: async () => {
      clearInterval(timer);
      clearTimeout(gathering);
      events.off('change', onChange).off('console', onConsole).off('connected', onGap);
      for (const { viewer, far } of open.values()) await Promise.all([viewer, far].map((socket) => terminated(socket)));
      await Promise.all(ending);
    },
  };
}

function staysOn(hostId: string, instance: { state: string; hostId: string | null }): boolean {
  return instance.hostId === hostId && STAYS_IN.some((state) => state === instance.state);
}

/** The viewer is told why. A viewer that goes on all the same reaches nothing any more. */
function closeConsole({ viewer, far }: OpenConsole, why: 'signedOut' | 'ended'): void {
  viewer.resume(); // else its answer to the close is never read
  viewer.close(CONSOLE_CLOSED[why], why);
  far.close();
}

function terminated(socket: WebSocket): Promise<unknown> {
  const closed = socket.readyState === socket.CLOSED ? Promise.resolve() : once(socket, 'close');
  socket.terminate();
  return closed;
}

/** What nobody opened in time is forgotten. What was open in a process that is gone has ended with it, which is written down. */
async function forgetLost(db: Db): Promise<void> {
  const isOver = { expiresAt: { lte: new Date() } };
  await db.console.deleteMany({ where: { ...isOver, openedAt: null } });
  for (const { id, instanceId, userId, kind } of await db.console.findMany({ where: { ...isOver, openedAt: { not: null } } })) {
    await db.$transaction(async (tx) => {
      const { count } = await tx.console.deleteMany({ where: { ...isOver, id } });
      const instance = count > 0 ? await tx.instance.findUnique({ where: { id: instanceId } }) : null; // else another process was first
      if (instance) await noteConsole(tx, { what: 'closed', actor: systemActor('consoles'), actorUserId: userId, instance, details: { kind } });
    });
  }
}

/** For the account of the instance to see. */
export function noteConsole(
  tx: Tx,
  {
    what,
    instance,
    details,
    ...who
  }: {
    what: 'opened' | 'closed';
    actor: Actor;
    actorUserId?: string;
    instance: { id: string; name: string; accountId: string };
    details: { kind: string; address?: string; seconds?: number };
  },
): Promise<void> {
  return noteEvent(tx, {
    ...who,
    kind: `instance.console-${what}`,
    accountId: instance.accountId,
    resource: { type: 'instance', id: instance.id },
    message: `The ${details.kind === 'screen' ? 'screen' : 'serial console'} of instance ${instance.name} was ${what}.`,
    details,
  });
}

/** One that has not answered a ping when the next is due is gone, whatever TCP thinks. A paused one reads no answers. */
function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let isHeard = true;
  socket.on('pong', () => (isHeard = true));
  const timer = setInterval(() => {
    if (socket.isPaused) return;
    if (!isHeard) return socket.terminate();
    isHeard = false;
    socket.ping();
  }, everyMs).unref();
  return () => clearInterval(timer);
}
