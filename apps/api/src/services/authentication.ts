import type { Actor } from '@nephos/authz/actor';
import type { Db } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { hashToken, newToken } from '@nephos/db/token';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { checkPassword } from './password.ts';

const SESSION_MS = 12 * 60 * 60 * 1000;
/** API keys note their last use, but not at each request. */
const LAST_USED_EVERY_MS = 60_000;

type UserActor = Extract<Actor, { kind: 'user' }>;
export interface Caller {
  actor: UserActor;
  /** Set when the caller came with a session rather than a key. */
  sessionId?: string;
}

export function createAuthenticationService({ db }: { db: Db }) {
  const perName = new RateLimiterMemory({ points: 10, duration: 300 });
  const perAddress = new RateLimiterMemory({ points: 60, duration: 300 });

  return {
    /** Throws UNAUTHENTICATED with one message whatever was wrong, in equal time, and TOO_MANY_REQUESTS when it is tried too often. */
    async login({
      name,
      password,
      address,
      requestId,
    }: {
      name: string;
      password: string;
      address: string;
      requestId: string;
    }): Promise<{ token: string; expiresAt: string }> {
      await spend(perAddress, address);
      await spend(perName, name.toLowerCase());
      const user = await db.user.findUnique({ where: { name }, include: { account: { select: { isEnabled: true } } } });
      const isRight = await checkPassword(password, user?.passwordHash);
      if (!user || !isRight || !user.isEnabled || !user.account.isEnabled)
        throw new DomainError('UNAUTHENTICATED', 'The name or the password is wrong.');
      await perName.delete(name.toLowerCase());
      const { token, tokenHash } = newToken('session');
      const expiresAt = new Date(Date.now() + SESSION_MS);
      await db.$transaction(async (tx) => {
        await tx.session.create({ data: { id: newId(), userId: user.id, tokenHash, expiresAt } });
        const actor: Actor = { kind: 'user', userId: user.id, accountId: user.accountId, domainId: '', role: roleOf(user.role), requestId };
        await noteEvent(tx, {
          kind: 'user.signed-in',
          actor,
          accountId: user.accountId,
          resource: { type: 'user', id: user.id },
          message: `${user.name} signed in.`,
        });
      });
      return { token, expiresAt: expiresAt.toISOString() };
    },

    async logout({ sessionId }: { sessionId: string | undefined }): Promise<void> {
      if (sessionId) await db.session.deleteMany({ where: { id: sessionId } });
    },

    /** Who a token belongs to. Looked up each time, so that sign-out, disabling and a changed role count at once. */
    async authenticate(token: string, requestId: string): Promise<Caller> {
      const tokenHash = hashToken(token);
      const include = { user: { include: { account: { select: { domainId: true, isEnabled: true } } } } };
      const session = token.startsWith('nephos_session_') ? await db.session.findUnique({ where: { tokenHash }, include }) : null;
      const key = token.startsWith('nephos_key_') ? await db.apiKey.findUnique({ where: { tokenHash }, include }) : null;
      const found = session ?? key;
      const now = new Date();
      if (!found || (found.expiresAt && found.expiresAt <= now) || key?.revokedAt || !found.user.isEnabled || !found.user.account.isEnabled) {
        throw new DomainError('UNAUTHENTICATED', 'The session or API key is unknown, expired or revoked. Sign in again.');
      }
      if (key && (!key.lastUsedAt || now.getTime() - key.lastUsedAt.getTime() > LAST_USED_EVERY_MS))
        await db.apiKey.update({ where: { id: key.id }, data: { lastUsedAt: now } });
      const { user } = found;
      return {
        actor: { kind: 'user', userId: user.id, accountId: user.accountId, domainId: user.account.domainId, role: roleOf(user.role), requestId },
        ...(session && { sessionId: session.id }),
      };
    },
  };
}
export type AuthenticationService = ReturnType<typeof createAuthenticationService>;

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
