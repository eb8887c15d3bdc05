import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/user.schema';
import type { Db, Tx } from '@nephos/db/database';
import { listPage, type Page } from '@nephos/db/list';
import { findNames } from '@nephos/db/name.repo';
import type { User } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';
import { change, create, notFound, only } from './create.ts';
import { hashPassword } from './password.ts';

type Update = z.output<typeof contract.updateUserSchema>;

/** Users as administrators see them: who there is, what they may, and whether they are let in. */
export function createPeopleService({ db }: { db: Db }) {
  return {
    async create(request: Request, { password, ...input }: z.output<typeof contract.createUserSchema>): Promise<contract.UserDto> {
      const passwordHash = await hashPassword(password);
      return create(db, { actor: request.actor }, 'user', input.name, async (tx) => {
        const accountId = input.accountId ? await findAccount(tx, request, input.accountId) : await makeAccount(tx, request, input.name);
        const { name, displayName = '', role } = input;
        return only(await describe(tx, [await tx.user.create({ data: { id: newId(), accountId, name, displayName, role, passwordHash } })]));
      });
    },

    async list({ actor }: Request, input: z.output<typeof contract.listUsersSchema>): Promise<Page<contract.UserDto>> {
      const { accountId, role, origin, isEnabled, ...query } = input;
      const filters = { ...given({ accountId, role, isEnabled }), ...(origin && { externalId: origin === 'local' ? null : { not: null } }) };
      const where = [rowsFor(actor, 'user.read'), filters];
      const page = await listPage(query, { where, searchIn: ['name', 'displayName', 'email'] }, (args) => db.user.findMany(args));
      return { ...page, items: await describe(db, page.items) };
    },

    async get({ actor }: Request, { userId }: z.output<typeof contract.userIdSchema>): Promise<contract.UserDto> {
      const user = await db.user.findFirst({ where: { AND: [{ id: userId }, rowsFor(actor, 'user.read')] } });
      if (!user) throw notFound('user', userId);
      return only(await describe(db, [user]));
    },

    /** Counts at once: who is disabled, or has another password, is signed out everywhere; a role is looked up at each call. */
    async update({ actor }: Request, { userId, password, ...input }: Update): Promise<contract.UserDto> {
      const passwordHash = password === undefined ? undefined : await hashPassword(password);
      // Without an idempotency key's memory: what was asked holds a password.
      return change(db, { actor }, 'user', async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM "user" WHERE role = 'root-admin' ORDER BY id FOR UPDATE`; // two administrators can't demote each other at once
        const before = await tx.user.findFirst({ where: { AND: [{ id: userId }, rowsFor(actor, 'user.update')] } });
        if (!before) throw notFound('user', userId);
        assertMayChange(before, actor.userId, { ...input, password });
        const after = await tx.user.update({ where: { id: userId }, data: given({ ...input, passwordHash }) });
        if (!after.isEnabled || passwordHash) await tx.session.deleteMany({ where: { userId } });
        if (!(await tx.user.findFirst({ where: { role: 'root-admin', isEnabled: true }, select: { id: true } })))
          throw new DomainError('INVALID_STATE', 'This is the last administrator; make another one first.', { field: 'role' });
        return { changed: only(await describe(tx, [after])), message: tell(before, after, passwordHash !== undefined) };
      });
    },
  };
}
export type PeopleService = ReturnType<typeof createPeopleService>;

/** Throws INVALID_STATE with the field that can't be changed. */
function assertMayChange(user: User, actorId: string, { role, isEnabled, displayName, password }: Omit<Update, 'userId'>): void {
  const refuse = (field: string, why: string) => {
    throw new DomainError('INVALID_STATE', why, { field });
  };
  if (user.id === actorId && isEnabled === false) refuse('isEnabled', 'You can’t disable yourself. Another administrator can.');
  if (user.id === actorId && role !== undefined && role !== user.role) refuse('role', 'You can’t change your own role. Another administrator can.');
  if (user.externalId === null) return;
  if (role !== undefined && role !== user.role) refuse('role', `The role of ${user.name} comes from the groups of the directory. Change it there.`);
  if (displayName !== undefined) refuse('displayName', `The name of ${user.name} comes from the directory. Change it there.`);
  if (password !== undefined) refuse('password', `The password of ${user.name} is kept by the directory. Change it there.`);
}

function tell(before: User, after: User, hasNewPassword: boolean): string {
  const changes = [
    ...(before.isEnabled !== after.isEnabled ? [after.isEnabled ? 'was enabled' : 'was disabled and signed out everywhere'] : []),
    ...(before.role !== after.role ? [`is now ${after.role}`] : []),
    ...(hasNewPassword ? ['got a new password and was signed out everywhere'] : []),
    ...(before.displayName !== after.displayName ? [`is called ${after.displayName}`] : []),
  ];
  return `${after.name} ${changes.join(', ') || 'stayed as it was'}.`;
}

async function describe(tx: Tx, users: readonly User[]): Promise<contract.UserDto[]> {
  const names = await findNames(tx, { account: users.map(({ accountId }) => accountId) });
  return users.map((user) => ({
    id: user.id,
    name: user.name,
    displayName: user.displayName,
    email: user.email,
    role: user.role === 'root-admin' ? 'root-admin' : 'user',
    accountId: user.accountId,
    accountName: names.get(user.accountId) ?? '',
    origin: user.externalId === null ? 'local' : 'directory',
    isEnabled: user.isEnabled,
    createdAt: user.createdAt.toISOString(),
  }));
}

async function findAccount(tx: Tx, { actor }: Request, id: string): Promise<string> {
  const account = await tx.account.findFirst({ where: { AND: [{ id }, rowsFor(actor, 'account.read')] }, select: { id: true } });
  if (!account) throw notFound('account', id, 'accountId');
  return account.id;
}

async function makeAccount(tx: Tx, { actor }: Request, name: string): Promise<string> {
  return (await tx.account.create({ data: { id: newId(), domainId: actor.domainId, name }, select: { id: true } })).id;
}
