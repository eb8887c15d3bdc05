import type { Actor } from '@nephos/authz/actor';
import { hostFactsSchema } from '@nephos/contracts/agent.schema';
import { consoleKindSchema } from '@nephos/contracts/console.schema';
import type { ConsoleKind } from '@nephos/model/console';
import type { Db } from '@nephos/db/database';
import { findInstance } from '@nephos/db/instance.repo';
import type { Console, Instance } from '@nephos/db/prisma';
import { hashToken, newToken } from '@nephos/db/token';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { CONSOLE_TICKET_MS, CONSOLES_MAX } from '@nephos/model/limits';
import type { WebSocket } from 'ws';
import type { StreamGateway } from '../agent/stream-gateway.ts';
import type { AuthenticationService, Caller } from './authentication.ts';
import { noteConsole, type OpenConsoles } from './open-consoles.ts';

interface Viewer {
  socket: WebSocket;
  address: string;
  requestId: string;
}

/** Screens and serial lines of instances, for those who may see them and as long as they may. */
export function createConsoleService({
  db,
  streams,
  authentication,
  openConsoles,
}: {
  db: Db;
  streams: StreamGateway;
  authentication: AuthenticationService;
  openConsoles: OpenConsoles;
}) {
  /** The console that a token is for, once: whoever comes second, or late, has none. */
  async function redeem(token: string): Promise<Console> {
    const now = new Date();
    const [redeemed] = await db.console.updateManyAndReturn({
      where: { tokenHash: hashToken(token), openedAt: null, expiresAt: { gt: now } },
      data: { openedAt: now, expiresAt: new Date(now.getTime() + CONSOLE_TICKET_MS) },
    });
    if (redeemed) return redeemed;
    throw new DomainError('UNAUTHENTICATED', 'This token opens no console: it was used before, or it is older than a minute. Ask for another one.');
  }

  return {
    /** A token that opens the console once, within a minute, as long as the caller's session or key is good. Throws INVALID_STATE, UNSUPPORTED, LIMIT_EXCEEDED. */
    async ask({ actor, sessionId, apiKeyId }: Caller, { instanceId, kind }: { instanceId: string; kind: ConsoleKind }) {
      await findRunning(db, actor, instanceId, kind);
      const { token, tokenHash } = newToken('console');
      const now = new Date();
      const expiresAt = new Date(now.getTime() + CONSOLE_TICKET_MS);
      const { userId } = actor;
      await db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM "user" WHERE id = ${userId}::uuid FOR UPDATE`; // who asks twice at once is counted twice
        if ((await tx.console.count({ where: { userId, expiresAt: { gt: now } } })) >= CONSOLES_MAX)
          throw new DomainError('LIMIT_EXCEEDED', `You have ${CONSOLES_MAX} consoles open, which is as many as one person may. Close one first.`);
        await tx.console.create({
          data: { id: newId(), userId, sessionId: sessionId ?? null, apiKeyId: apiKeyId ?? null, instanceId, kind, tokenHash, expiresAt },
        });
      });
      return { token, expiresAt: expiresAt.toISOString() };
    },

    /** The far end of the console that the token is for, paused. From here on it ends with the viewer's right to it, and with the guest. */
    async open(token: string, { socket, address, requestId }: Viewer): Promise<WebSocket> {
      const redeemed = await redeem(token);
      const { id, instanceId } = redeemed;
      const kind = consoleKindSchema.parse(redeemed.kind);
      try {
        const actor = await authentication.authenticateAgain(redeemed, requestId);
        const instance = await findRunning(db, actor, instanceId, kind);
        const { hostId } = instance;
        const far = await streams.open(hostId, { kind: 'console', instanceId, console: kind });
        await noteConsole(db, { what: 'opened', actor, instance, details: { kind, address } });
        const openedAt = Date.now();
        openConsoles.add({
          ...redeemed,
          hostId,
          viewer: socket,
          far,
          onEnd: async () => {
            const seconds = Math.round((Date.now() - openedAt) / 1_000);
            await noteConsole(db, { what: 'closed', actor, instance, details: { kind, address, seconds } });
            await db.console.deleteMany({ where: { id } });
          },
        });
        return far;
      } catch (error) {
        await db.console.deleteMany({ where: { id } });
        throw error;
      }
    },
  };
}
export type ConsoleService = ReturnType<typeof createConsoleService>;

/** The instance, if the actor may see its console, it runs, and its host can show it. */
export async function findRunning(db: Db, actor: Actor, instanceId: string, kind: ConsoleKind): Promise<Instance & { hostId: string }> {
  const instance = await findInstance(db, actor, 'instance.console', instanceId);
  const { name, state, stateReason, hostId } = instance;
  if (state === 'unknown')
    throw new DomainError(
      'INVALID_STATE',
      `${stateReason ?? 'Its host is away.'} So there is no console of instance ${name} until the host is back.`,
      {
        state,
      },
    );
  if (state !== 'running' || hostId === null)
    throw new DomainError('INVALID_STATE', `Instance ${name} is ${state}; only one that runs has a console.`, { state });
  const host = await db.host.findUniqueOrThrow({ where: { id: hostId }, select: { facts: true } });
  const abilities = hostFactsSchema.partial().safeParse(host.facts).data?.abilities;
  if (abilities && !abilities.includes(kind))
    throw new DomainError('UNSUPPORTED', `The hypervisor under instance ${name} has no ${kind} to show.`, { kind });
  return { ...instance, hostId };
}
