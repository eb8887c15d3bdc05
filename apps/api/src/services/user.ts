import { createHash } from 'node:crypto';
import { rowsFor } from '@nephos/authz/ability';
import { systemActor } from '@nephos/authz/actor';
import { tagsSchema } from '@nephos/contracts/list.schema';
import type * as contract from '@nephos/contracts/user.schema';
import type { Db } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { listPage } from '@nephos/db/list';
import type { ApiKey, SshKeyPair } from '@nephos/db/prisma';
import { newToken } from '@nephos/db/token';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { once, type Request } from '../request.ts';
import { create } from './create.ts';
import { hashPassword } from './password.ts';

const SESSIONS_SHOWN = 100;

/** What people are to themselves: who they are, where they are signed in, and what they and their programs sign in with. */
export function createUserService({ db }: { db: Db }) {
  return {
    /** At the very first start: the root domain, and an administrator whose password is answered once. Undefined when there is one. */
    async ensureRootAdministrator(password: string): Promise<{ name: string } | undefined> {
      const passwordHash = await hashPassword(password);
      return db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(4711)`;
        if (await tx.user.findFirst({ where: { role: 'root-admin' } })) return undefined;
        const domain = await tx.domain.create({ data: { id: newId(), name: 'ROOT', path: '/' } });
        const account = await tx.account.create({
          data: { id: newId(), domainId: domain.id, name: 'admin', maxInstances: 100_000, maxVcpus: 1_000_000, maxMemoryMib: 1_000_000_000 },
        });
        const user = await tx.user.create({
          data: { id: newId(), accountId: account.id, name: 'admin', displayName: 'Root administrator', role: 'root-admin', passwordHash },
        });
        await noteEvent(tx, {
          kind: 'user.created',
          actor: systemActor('first start'),
          accountId: account.id,
          resource: { type: 'user', id: user.id },
          message: 'The root administrator was made.',
        });
        return { name: user.name };
      });
    },

    async me({ actor }: Request) {
      const user = await db.user.findUniqueOrThrow({ where: { id: actor.userId }, include: { account: true } });
      return {
        userId: user.id,
        name: user.name,
        displayName: user.displayName,
        role: actor.role,
        accountId: user.accountId,
        accountName: user.account.name,
        email: user.email,
        origin: user.externalId === null ? ('local' as const) : ('directory' as const),
      };
    },

    /** Without an idempotency key's memory: the token is shown once and kept nowhere. */
    async createApiKey({ actor }: Request, input: z.output<typeof contract.createApiKeySchema>) {
      const { token, tokenHash } = newToken('key');
      const expiresAt = input.expiresAt ? new Date(input.expiresAt) : null;
      if (expiresAt && expiresAt <= new Date()) throw new DomainError('BAD_INPUT', 'The key would have expired already.', { field: 'expiresAt' });
      const key = await db.$transaction(async (tx) => {
        const made = await tx.apiKey.create({
          data: { id: newId(), userId: actor.userId, accountId: actor.accountId, name: input.name, tokenHash, expiresAt },
        });
        await noteEvent(tx, {
          kind: 'api-key.created',
          actor,
          accountId: actor.accountId,
          resource: { type: 'api-key', id: made.id },
          message: `The API key ${input.name} was made.`,
        });
        return made;
      });
      return { ...toApiKeyDto(key), token };
    },

    async listApiKeys({ actor }: Request, input: z.output<typeof contract.listApiKeysSchema>) {
      const page = await listPage(input, { where: [rowsFor(actor, 'api-key.read')] }, (args) => db.apiKey.findMany(args));
      return { ...page, items: page.items.map(toApiKeyDto) };
    },

    async revokeApiKey(request: Request, { apiKeyId }: { apiKeyId: string }) {
      return once(db, request, async (tx) => {
        const key = await tx.apiKey.findFirst({ where: { AND: [{ id: apiKeyId }, rowsFor(request.actor, 'api-key.revoke')] } });
        if (!key) throw new DomainError('NOT_FOUND', `There is no API key ${apiKeyId}.`, { apiKeyId });
        await noteEvent(tx, {
          kind: 'api-key.revoked',
          actor: request.actor,
          accountId: key.accountId,
          resource: { type: 'api-key', id: key.id },
          message: `The API key ${key.name} was revoked.`,
        });
        return toApiKeyDto(await tx.apiKey.update({ where: { id: apiKeyId }, data: { revokedAt: key.revokedAt ?? new Date() } }));
      });
    },

    async listSessions({ actor }: Request, currentId: string | undefined) {
      const sessions = await db.session.findMany({
        where: { AND: [rowsFor(actor, 'session.read'), { userId: actor.userId, expiresAt: { gt: new Date() } }] },
        orderBy: { createdAt: 'desc' },
        take: SESSIONS_SHOWN,
      });
      return {
        items: sessions.map(({ id, address, userAgent, createdAt, lastUsedAt, expiresAt }) => ({
          id,
          address,
          userAgent,
          createdAt: createdAt.toISOString(),
          lastUsedAt: lastUsedAt?.toISOString() ?? null,
          expiresAt: expiresAt.toISOString(),
          isCurrent: id === currentId,
        })),
      };
    },

    async endSession(request: Request, { sessionId }: { sessionId: string }) {
      return once(db, request, async (tx) => {
        const session = await tx.session.findFirst({
          where: { AND: [{ id: sessionId }, rowsFor(request.actor, 'session.end')] },
          include: { user: { select: { name: true, accountId: true } } },
        });
        if (!session) throw new DomainError('NOT_FOUND', `There is no session ${sessionId}.`, { sessionId });
        await tx.session.deleteMany({ where: { id: sessionId } });
        await noteEvent(tx, {
          kind: 'session.ended',
          actor: request.actor,
          accountId: session.user.accountId,
          resource: { type: 'user', id: session.userId },
          message: `A session of ${session.user.name} was ended.`,
        });
        return { id: sessionId };
      });
    },

    async endAllSessions(request: Request) {
      const { actor } = request;
      return once(db, request, async (tx) => {
        const { count } = await tx.session.deleteMany({ where: { AND: [{ userId: actor.userId }, rowsFor(actor, 'session.end')] } });
        const resource = { type: 'user', id: actor.userId };
        await noteEvent(tx, {
          kind: 'user.signed-out-everywhere',
          actor,
          accountId: actor.accountId,
          resource,
          message: `${count} sessions were ended.`,
        });
        return { count };
      });
    },

    async createSshKeyPair(request: Request, { name, publicKey }: z.output<typeof contract.createSshKeyPairSchema>) {
      const { actor } = request;
      return create(db, request, 'ssh-key-pair', name, async (tx) =>
        toSshKeyPairDto(
          await tx.sshKeyPair.create({ data: { id: newId(), accountId: actor.accountId, name, publicKey, fingerprint: fingerprintOf(publicKey) } }),
        ),
      );
    },

    async listSshKeyPairs({ actor }: Request, input: z.output<typeof contract.listSshKeyPairsSchema>) {
      const page = await listPage(input, { where: [rowsFor(actor, 'ssh-key-pair.read')] }, (args) => db.sshKeyPair.findMany(args));
      return { ...page, items: page.items.map(toSshKeyPairDto) };
    },

    async deleteSshKeyPair(request: Request, { sshKeyPairId }: { sshKeyPairId: string }) {
      return once(db, request, async (tx) => {
        const { count } = await tx.sshKeyPair.deleteMany({ where: { AND: [{ id: sshKeyPairId }, rowsFor(request.actor, 'ssh-key-pair.delete')] } });
        if (count === 0) throw new DomainError('NOT_FOUND', `There is no SSH key pair ${sshKeyPairId}.`, { sshKeyPairId });
        return { id: sshKeyPairId };
      });
    },
  };
}
export type UserService = ReturnType<typeof createUserService>;

/** As OpenSSH shows it: SHA-256 of the key's bytes, base64 without padding. */
function fingerprintOf(publicKey: string): string {
  const [, key = ''] = publicKey.split(' ');
  return `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

function toSshKeyPairDto({ id, name, publicKey, fingerprint, createdAt, tags }: SshKeyPair) {
  return { id, name, publicKey, fingerprint, createdAt: createdAt.toISOString(), tags: tagsSchema.parse(tags) };
}

function toApiKeyDto(key: ApiKey) {
  const time = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: key.id,
    name: key.name,
    createdAt: key.createdAt.toISOString(),
    expiresAt: time(key.expiresAt),
    revokedAt: time(key.revokedAt),
    lastUsedAt: time(key.lastUsedAt),
  };
}
