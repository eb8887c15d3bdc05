import { systemActor } from '@nephos/authz/actor';
import type { Db, Tx } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import type { User } from '@nephos/db/prisma';
import type { Directory, Person } from '@nephos/directory/directory';
import type { RefusalReason } from '@nephos/directory/refusal';
import type { Logger } from '@nephos/log/log';
import { newId } from '@nephos/model/id';

const RECHECK_AFTER_MS = 15 * 60_000;
const AT_ONCE = 20;
const ACTOR = systemActor('directory');

export type DirectorySignIn = { user: User } | { reason: RefusalReason; cause?: unknown };

/**
 * People of the directory as users here. The directory's id is who they are: a name tells nothing. What it says of them,
 * their role too, is written at each sign-in and at each check.
 */
export function createDirectoryUsers({
  db,
  directory,
  adminGroup,
  log,
}: {
  db: Db;
  directory: Directory;
  /** Its members are root administrators. */
  adminGroup: string | undefined;
  log: Logger;
}) {
  const roleOf = ({ groups }: Person) => (adminGroup !== undefined && groups.includes(adminGroup) ? 'root-admin' : 'user');

  /** Answers false when the directory was not reached, which changes nothing. */
  async function check({ id, externalId }: Due): Promise<boolean> {
    const answer = await directory.lookUp(externalId);
    if (answer.state === 'unreachable') {
      log.warn({ err: answer.cause }, 'the directory was not reached; nobody is signed out for that');
      await db.user.update({ where: { id }, data: { directoryCheckedAt: new Date(0) } }); // the next round asks again
      return false;
    }
    await db.$transaction(async (tx) => {
      const user = await tx.user.findUniqueOrThrow({ where: { id } });
      if (answer.state === 'active') await refresh(tx, user, answer.person, roleOf(answer.person));
      else await signOut(tx, user, answer.state);
    });
    return true;
  }

  return {
    /** Makes the user and an account at the first sign-in. */
    async signIn({ name, password }: { name: string; password: string }): Promise<DirectorySignIn> {
      const answer = await directory.signIn(name, password);
      if (answer.isRefused) return answer;
      const { person } = answer;
      return db.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(4712)`; // two first sign-ins at once make one user
        const known = await tx.user.findUnique({ where: { externalId: person.externalId } });
        return { user: known ? await refresh(tx, known, person, roleOf(person)) : await make(tx, person, roleOf(person)) };
      });
    },

    /** One round over those whose check is due. Any number of processes may do this at once: each takes others. */
    async recheck(): Promise<void> {
      for (;;) {
        const due = await takeDue(db);
        for (const user of due) if (!(await check(user))) return;
        if (due.length < AT_ONCE) return;
      }
    },
  };
}
export type DirectoryUsers = ReturnType<typeof createDirectoryUsers>;

interface Due {
  id: string;
  externalId: string;
}

/** Marks them as checked while it takes them. Only those who could do something: with a live session or key. */
function takeDue(db: Db): Promise<Due[]> {
  const before = new Date(Date.now() - RECHECK_AFTER_MS);
  return db.$queryRaw<Due[]>`
    UPDATE "user" SET directory_checked_at = now() WHERE id IN (
      SELECT id FROM "user" u WHERE external_id IS NOT NULL AND directory_checked_at < ${before}
        AND (EXISTS (SELECT 1 FROM session s WHERE s.user_id = u.id AND s.expires_at > now())
          OR EXISTS (SELECT 1 FROM api_key k WHERE k.user_id = u.id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())))
      ORDER BY directory_checked_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
    ) RETURNING id, external_id AS "externalId"`;
}

async function make(tx: Tx, person: Person, role: string): Promise<User> {
  const { externalId, displayName, email } = person;
  const domain = await tx.domain.findUniqueOrThrow({ where: { path: '/' } });
  const name = await freeName(person, (free) => tx.user.findUnique({ where: { name: free }, select: { id: true } }));
  const accountName = await freeName(person, (free) => tx.account.findFirst({ where: { name: free, domainId: domain.id }, select: { id: true } }));
  const account = await tx.account.create({ data: { id: newId(), domainId: domain.id, name: accountName } });
  const user = await tx.user.create({
    data: { id: newId(), accountId: account.id, name, displayName, email, role, externalId, directoryCheckedAt: new Date() },
  });
  const resource = { type: 'user', id: user.id };
  await noteEvent(tx, { kind: 'user.created', actor: ACTOR, accountId: account.id, resource, message: `${name} came from the directory.` });
  return user;
}

/** Somebody else may have had the name: who comes later gets a part of the directory's id with it. */
async function freeName({ name, externalId }: Person, find: (name: string) => Promise<unknown>): Promise<string> {
  if (!(await find(name))) return name;
  const short = `${name}-${externalId.slice(0, 8)}`;
  return (await find(short)) ? `${name}-${externalId}` : short;
}

async function refresh(tx: Tx, user: User, person: Person, role: string): Promise<User> {
  if (user.role !== role) {
    await noteEvent(tx, {
      kind: 'user.role-changed',
      actor: ACTOR,
      accountId: user.accountId,
      resource: { type: 'user', id: user.id },
      message: `${user.name} is now ${role}, by the groups of the directory.`,
    });
  }
  const isNameFree = !(await tx.user.findUnique({ where: { name: person.name }, select: { id: true } }));
  const { displayName, email } = person;
  return tx.user.update({
    where: { id: user.id },
    data: { displayName, email, role, directoryCheckedAt: new Date(), ...(isNameFree && { name: person.name }) },
  });
}

async function signOut(tx: Tx, { id, name, accountId }: User, state: 'gone' | 'disabled'): Promise<void> {
  await tx.session.deleteMany({ where: { userId: id } });
  await tx.apiKey.updateMany({ where: { userId: id, revokedAt: null }, data: { revokedAt: new Date() } });
  await noteEvent(tx, {
    kind: 'user.signed-out',
    actor: ACTOR,
    accountId,
    resource: { type: 'user', id },
    message: `${name} is ${state} in the directory: sessions and API keys were ended.`,
  });
}
