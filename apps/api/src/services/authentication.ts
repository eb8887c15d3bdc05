import { randomBytes } from 'node:crypto';
import { rowsFor } from '@nephos/authz/ability';
import { systemActor, type Actor } from '@nephos/authz/actor';
import type { Db } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import type { User } from '@nephos/db/prisma';
import { hashToken, newToken } from '@nephos/db/token';
import type { RefusalReason } from '@nephos/directory/refusal';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Request } from '../request.ts';
import type { DirectoryUsers } from './directory-users.ts';
import { checkPassword, hashPassword } from './password.ts';

const SESSION_MS = 12 * 60 * 60 * 1000;
const USER_AGENT_MAX = 512;
/** Sessions and API keys note their last use, but not at each request. */
const LAST_USED_EVERY_MS = 60_000;

type UserActor = Extract<Actor, { kind: 'user' }>;
export interface Caller {
  actor: UserActor;
  /** Set when the caller came with a session rather than a key. */
  sessionId?: string;
  apiKeyId?: string;
}

/** Why somebody who gave a name and a password is not let in, in words that tell nothing to who does not know the password. */
const REFUSALS: Record<RefusalReason, string> = {
  'wrong-or-locked': 'The name or the password is wrong, or the account is locked.',
  disabled: 'This account is disabled. Ask your administrator.',
  expired: 'The password or the account has expired. Change the password where your organisation lets you, then sign in again.',
  'must-change': 'The password must be changed first. Change it where your organisation lets you, then sign in again.',
  unreachable: 'The directory does not answer now. Local users can sign in; for one of them, the name or the password is wrong.',
};

interface Credentials {
  name: string;
  password: string;
}
type Outcome = { user: User } | { reason: RefusalReason; userId?: string; accountId?: string };

/** Without a directory only local users sign in. */
export function createAuthenticationService({ db, log, directory }: { db: Db; log?: Logger; directory?: DirectoryUsers | undefined }) {
  const perName = new RateLimiterMemory({ points: 10, duration: 300 });
  const perAddress = new RateLimiterMemory({ points: 60, duration: 300 });

  /** A name of a local user is theirs alone: nobody of the directory is asked for. */
  async function findUser({ name, password }: Credentials): Promise<Outcome> {
    const known = await db.user.findUnique({ where: { name }, include: { account: { select: { isEnabled: true } } } });
    const local = known?.externalId === null ? known : undefined;
    const isRight = await checkPassword(password, local?.passwordHash); // first, and for all, so that it takes as long for those who are not here
    if (local && isRight) return local.isEnabled && local.account.isEnabled ? { user: local } : { reason: 'disabled', ...about(local) };
    // The directory is asked in vain for a local user, with nothing of theirs: time tells no one who is local, nor does its being away.
    const random = randomBytes(12).toString('hex');
    const found = directory ? await directory.signIn(local ? { name: random, password: random } : { name, password }) : WRONG;
    if ('reason' in found && found.cause !== undefined && found.reason === 'unreachable')
      log?.warn({ err: found.cause }, 'the directory was not reached');
    return 'reason' in found ? { reason: found.reason, ...(known && about(known)) } : isLetIn(found.user);
  }

  async function isLetIn(user: User): Promise<Outcome> {
    const { isEnabled } = await db.account.findUniqueOrThrow({ where: { id: user.accountId }, select: { isEnabled: true } });
    return user.isEnabled && isEnabled ? { user } : { reason: 'disabled', ...about(user) };
  }

  return {
    /** Throws UNAUTHENTICATED with a reason, DIRECTORY_UNREACHABLE, or TOO_MANY_REQUESTS when it is tried too often. */
    async login({
      name: typedName,
      password,
      address,
      userAgent = '',
      requestId,
    }: {
      name: string;
      password: string;
      address: string;
      userAgent?: string;
      requestId: string;
    }): Promise<{ token: string; expiresAt: string }> {
      const name = typedName.trim();
      const limited = name.toLowerCase().split('@')[0] ?? ''; // one account, with its domain or without
      await spend(perAddress, address);
      await spend(perName, limited);
      const outcome = await findUser({ name, password });
      if ('reason' in outcome) {
        await noteRefusal(db, outcome, address, requestId);
        throw refused(outcome.reason);
      }
      const { user } = outcome;
      await perName.delete(limited);
      const { token, tokenHash } = newToken('session');
      const expiresAt = new Date(Date.now() + SESSION_MS);
      await db.$transaction(async (tx) => {
        await tx.session.create({
          data: { id: newId(), userId: user.id, tokenHash, expiresAt, address, userAgent: userAgent.slice(0, USER_AGENT_MAX) },
        });
        const actor: Actor = { kind: 'user', userId: user.id, accountId: user.accountId, domainId: '', role: roleOf(user.role), requestId };
        await noteEvent(tx, {
          kind: 'user.signed-in',
          actor,
          accountId: user.accountId,
          resource: { type: 'user', id: user.id },
          message: `${user.name} signed in.`,
          details: { address, by: user.externalId === null ? 'password' : 'directory' },
        });
      });
      return { token, expiresAt: expiresAt.toISOString() };
    },

    async logout({ sessionId }: { sessionId: string | undefined }): Promise<void> {
      if (sessionId) await db.session.deleteMany({ where: { id: sessionId } });
    },

    /**
     * Ends every other session of the person. Throws BAD_INPUT for a wrong current password, INVALID_STATE for people of the
     * directory, TOO_MANY_REQUESTS when it is tried too often.
     */
    async changePassword(
      { actor }: Request,
      { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
      sessionId: string | undefined,
    ): Promise<{ endedSessions: number }> {
      const where = { AND: [{ id: actor.userId }, rowsFor(actor, 'user.change-password')] };
      const { name, externalId, passwordHash } = await db.user.findFirstOrThrow({ where });
      if (externalId !== null)
        throw new DomainError('INVALID_STATE', 'Your password is kept by the directory of your organisation. Change it there.');
      await spend(perName, name.toLowerCase());
      if (!(await checkPassword(currentPassword, passwordHash)))
        throw new DomainError('BAD_INPUT', 'This is not your current password.', { field: 'currentPassword' });
      await perName.delete(name.toLowerCase());
      const newHash = await hashPassword(newPassword);
      return db.$transaction(async (tx) => {
        await tx.user.update({ where: { id: actor.userId }, data: { passwordHash: newHash } });
        const { count } = await tx.session.deleteMany({ where: { userId: actor.userId, ...(sessionId && { id: { not: sessionId } }) } });
        await noteEvent(tx, {
          kind: 'user.password-changed',
          actor,
          accountId: actor.accountId,
          resource: { type: 'user', id: actor.userId },
          message: `${name} changed the password; ${count} other sessions were ended.`,
        });
        return { endedSessions: count };
      });
    },

    /** Who a token belongs to. Looked up each time, so that sign-out, disabling and a changed role count at once. */
    async authenticate(token: string, requestId: string): Promise<Caller> {
      const where = { tokenHash: hashToken(token) };
      const session = token.startsWith('nephos_session_') ? await db.session.findUnique({ where, include: WITH_USER }) : null;
      const key = token.startsWith('nephos_key_') ? await db.apiKey.findUnique({ where, include: WITH_USER }) : null;
      const found = assertLive(session ?? key);
      const now = new Date();
      if (!found.lastUsedAt || now.getTime() - found.lastUsedAt.getTime() > LAST_USED_EVERY_MS) {
        const use = { where: { id: found.id }, data: { lastUsedAt: now } }; // of many: it may have ended meanwhile
        await (session ? db.session.updateMany(use) : db.apiKey.updateMany(use));
      }
      return { actor: actorOf(found.user, requestId), ...(session && { sessionId: session.id }), ...(key && { apiKeyId: key.id }) };
    },

    /** The same for somebody who showed the token before: whether that session or key is still worth it, and who they are now. */
    async authenticateAgain({ sessionId, apiKeyId }: { sessionId: string | null; apiKeyId: string | null }, requestId: string): Promise<UserActor> {
      const session = sessionId === null ? null : await db.session.findUnique({ where: { id: sessionId }, include: WITH_USER });
      const key = apiKeyId === null ? null : await db.apiKey.findUnique({ where: { id: apiKeyId }, include: WITH_USER });
      return actorOf(assertLive(session ?? key).user, requestId);
    },
  };
}
export type AuthenticationService = ReturnType<typeof createAuthenticationService>;

const WITH_USER = { user: { include: { account: { select: { domainId: true, isEnabled: true } } } } } as const;
type UserWithAccount = User & { account: { domainId: string; isEnabled: boolean } };

function assertLive<T extends { expiresAt: Date | null; revokedAt?: Date | null; user: UserWithAccount }>(found: T | null): T {
  if (found && !(found.expiresAt && found.expiresAt <= new Date()) && !found.revokedAt && found.user.isEnabled && found.user.account.isEnabled)
    return found;
  throw new DomainError('UNAUTHENTICATED', 'The session or API key is unknown, expired or revoked. Sign in again.');
}

function actorOf({ id, accountId, account, role }: UserWithAccount, requestId: string): UserActor {
  return { kind: 'user', userId: id, accountId, domainId: account.domainId, role: roleOf(role), requestId };
}

const WRONG: { reason: RefusalReason; cause?: unknown } = { reason: 'wrong-or-locked' };
const about = ({ id, accountId }: User) => ({ userId: id, accountId });

function refused(reason: RefusalReason): DomainError {
  return reason === 'unreachable'
    ? new DomainError('DIRECTORY_UNREACHABLE', REFUSALS[reason])
    : new DomainError('UNAUTHENTICATED', REFUSALS[reason], { reason });
}

/** A name that nobody has is not kept: people type passwords there. */
async function noteRefusal(db: Db, outcome: Extract<Outcome, { reason: RefusalReason }>, address: string, requestId: string): Promise<void> {
  const { reason, userId, accountId } = outcome;
  await noteEvent(db, {
    kind: 'user.sign-in-refused',
    actor: { ...systemActor('sign-in'), requestId },
    ...(accountId !== undefined && { accountId }),
    ...(userId !== undefined && { resource: { type: 'user', id: userId } }),
    message: `Somebody at ${address} was not let in: ${reason}.`,
    details: { reason, address },
  });
}

function roleOf(text: string): UserActor['role'] {
  return text === 'root-admin' ? 'root-admin' : 'user';
}

async function spend(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.ceil(refusal.msBeforeNext / 1000);
    throw new DomainError('TOO_MANY_REQUESTS', `Too many attempts to sign in. Try again in ${seconds} seconds.`, { retryAfterSeconds: seconds });
  }
}
