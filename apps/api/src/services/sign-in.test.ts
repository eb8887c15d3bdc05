import { createLogger } from '@nephos/log/log';
import type { Directory, LookUp, Person, SignIn } from '@nephos/directory/directory';
import { newToken } from '@nephos/db/token';
import { newId } from '@nephos/model/id';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticationService, type AuthenticationService } from './authentication.ts';
import { createDirectoryUsers, type DirectoryUsers } from './directory-users.ts';
import { createUserService } from './user.ts';

const LOCAL = { name: 'admin', password: 'a long local password' };
const GROUP = 'cn=cloud-admins';
const QUARTER_MS = 15 * 60_000;

let database: TestDatabase;
let directory: ReturnType<typeof createToyDirectory>;
let users: DirectoryUsers;
let authentication: AuthenticationService;
beforeEach(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await createUserService({ db }).ensureRootAdministrator(LOCAL.password);
  directory = createToyDirectory();
  const log = createLogger('test', 'silent');
  users = createDirectoryUsers({ db, directory, adminGroup: GROUP, log });
  authentication = createAuthenticationService({ db, directory: users, log });
});
afterEach(() => database.close());

const login = (name: string, password: string, address = '192.0.2.1') => authentication.login({ name, password, address, requestId: newId() });
const refusalOf = (name: string, password: string, address?: string) =>
  login(name, password, address).then(
    () => 'signed in',
    (error: { code: string; details: { reason?: string } }) => error.details.reason ?? error.code,
  );
const callerOf = async (token: string) => (await authentication.authenticate(token, newId())).actor;
const isIn = (token: string) =>
  callerOf(token).then(
    () => true,
    () => false,
  );
const later = (byMs: number) =>
  database.db.user.updateMany({ where: { externalId: { not: null } }, data: { directoryCheckedAt: new Date(Date.now() - byMs) } });
const kinds = async () => (await database.db.event.findMany({ orderBy: { id: 'asc' } })).map(({ kind }) => kind);

describe('sign-in with the directory', () => {
  it('makes a user and an account at the first time, and finds them again', async () => {
    directory.add({ externalId: 'e1', name: 'alice', displayName: 'Alice', email: 'alice@x.example' });
    const first = await callerOf((await login('alice', 'pw')).token);
    const second = await callerOf((await login(' alice ', 'pw')).token);
    expect(second).toMatchObject({ userId: first.userId, accountId: first.accountId, role: 'user' });
    const user = await database.db.user.findUniqueOrThrow({ where: { externalId: 'e1' }, include: { account: true } });
    expect(user).toMatchObject({ name: 'alice', displayName: 'Alice', email: 'alice@x.example', account: { name: 'alice' } });
    expect(await kinds()).toEqual(['user.created', 'user.created', 'user.signed-in', 'user.signed-in']);
  });

  it('makes one user of two first sign-ins at once', async () => {
    directory.add({ externalId: 'e1', name: 'alice' });
    const [one, other] = await Promise.all([login('alice', 'pw'), login('alice', 'pw')]);
    expect((await callerOf(one.token)).userId).toBe((await callerOf(other.token)).userId);
  });

  it('keeps a renamed person, and gives nothing to another of the same name', async () => {
    directory.add({ externalId: 'e1', name: 'alice' });
    const { accountId } = await callerOf((await login('alice', 'pw')).token);
    directory.remove('e1');
    directory.add({ externalId: 'e2', name: 'alice' });
    const other = await callerOf((await login('alice', 'pw')).token);
    expect(other.accountId).not.toBe(accountId);
    directory.add({ externalId: 'e1', name: 'alicia' });
    const renamed = await callerOf((await login('alicia', 'pw')).token);
    expect(renamed.accountId).toBe(accountId);
    expect(await database.db.user.findUniqueOrThrow({ where: { externalId: 'e1' } })).toMatchObject({ name: 'alicia' });
  });

  it('makes members of the group root administrators, and no longer when they are none', async () => {
    directory.add({ externalId: 'e1', name: 'carol', groups: [GROUP] });
    expect((await callerOf((await login('carol', 'pw')).token)).role).toBe('root-admin');
    directory.add({ externalId: 'e1', name: 'carol', groups: [] });
    expect((await callerOf((await login('carol', 'pw')).token)).role).toBe('user');
    expect(await kinds()).toContain('user.role-changed');
  });

  it('never gives a local user’s name to the directory, nor their password', async () => {
    directory.add({ externalId: 'e1', name: LOCAL.name });
    expect(await refusalOf(LOCAL.name, 'pw')).toBe('wrong-or-locked');
    expect(directory.asked.some(([name, password]) => name === LOCAL.name || password === 'pw')).toBe(false);
    expect(directory.asked).toHaveLength(1); // as much work as for anybody else
    expect(await refusalOf(LOCAL.name, LOCAL.password)).toBe('signed in');
  });

  it('says why, and notes it, without the name that was typed', async () => {
    directory.add({ externalId: 'e1', name: 'erin' });
    await login('erin', 'pw');
    for (const reason of ['disabled', 'expired', 'must-change'] as const) {
      directory.refuse('erin', reason);
      expect(await refusalOf('erin', 'pw')).toBe(reason);
    }
    expect(await refusalOf('My-Secret-1', 'x')).toBe('wrong-or-locked');
    const events = await database.db.event.findMany({ where: { kind: 'user.sign-in-refused' }, orderBy: { id: 'asc' } });
    expect(events.map(({ details, resourceId }) => [(details as { reason: string }).reason, resourceId !== null])).toEqual([
      ['disabled', true],
      ['expired', true],
      ['must-change', true],
      ['wrong-or-locked', false],
    ]);
    expect(JSON.stringify(events)).not.toContain('My-Secret-1');
  });

  it('refuses who is disabled here, with the right password', async () => {
    directory.add({ externalId: 'e1', name: 'alice' });
    await login('alice', 'pw');
    await database.db.user.update({ where: { externalId: 'e1' }, data: { isEnabled: false } });
    expect(await refusalOf('alice', 'pw')).toBe('disabled');
    expect(await refusalOf('alice', 'no')).toBe('wrong-or-locked');
  });

  it('lets local users in when the directory is down, and does not tell who is local', async () => {
    directory.isDown = true;
    expect(await refusalOf(LOCAL.name, LOCAL.password)).toBe('signed in');
    expect(await refusalOf(LOCAL.name, 'no')).toBe('DIRECTORY_UNREACHABLE');
    expect(await refusalOf('alice', 'pw')).toBe('DIRECTORY_UNREACHABLE');
  });

  it('is limited per account, however its name is written, and per address', async () => {
    for (let n = 0; n < 10; n++) await refusalOf(['alice', 'ALICE', 'alice@x.example'][n % 3] ?? '', 'no', `192.0.2.${n}`);
    expect(await refusalOf('Alice', 'no', '192.0.2.99')).toBe('TOO_MANY_REQUESTS');
  });
});

describe('the check of people who are signed in', () => {
  async function signedIn(person: Partial<Person> = {}) {
    directory.add({ externalId: 'e1', name: 'alice', ...person });
    const { token } = await login('alice', 'pw');
    const { userId, accountId } = await callerOf(token);
    const key = newToken('key');
    await database.db.apiKey.create({ data: { id: newId(), userId, accountId, name: 'k', tokenHash: key.tokenHash } });
    return { token, key: key.token };
  }

  it('asks after 15 minutes, and not before', async () => {
    await signedIn();
    await users.recheck();
    expect(directory.lookedUp).toEqual([]);
    await later(QUARTER_MS + 1_000);
    await users.recheck();
    await users.recheck();
    expect(directory.lookedUp).toEqual(['e1']);
  });

  it('asks once when several processes come at the same time', async () => {
    await signedIn();
    await later(QUARTER_MS + 1_000);
    await Promise.all([users.recheck(), users.recheck(), users.recheck()]);
    expect(directory.lookedUp).toEqual(['e1']);
  });

  it('does not ask about who has neither session nor key', async () => {
    await signedIn();
    await database.db.session.deleteMany();
    await database.db.apiKey.updateMany({ data: { revokedAt: new Date() } });
    await later(QUARTER_MS + 1_000);
    await users.recheck();
    expect(directory.lookedUp).toEqual([]);
  });

  it.each(['gone', 'disabled'] as const)('ends sessions and keys of who is %s', async (state) => {
    const { token, key } = await signedIn();
    if (state === 'gone') directory.remove('e1');
    else directory.refuse('alice', 'disabled');
    await later(QUARTER_MS + 1_000);
    await users.recheck();
    expect([await isIn(token), await isIn(key)]).toEqual([false, false]);
    expect(await kinds()).toContain('user.signed-out');
  });

  it('changes the role at once', async () => {
    const { token } = await signedIn({ groups: [GROUP] });
    directory.add({ externalId: 'e1', name: 'alice', groups: [] });
    await later(QUARTER_MS + 1_000);
    await users.recheck();
    expect((await callerOf(token)).role).toBe('user');
  });

  it('changes nothing when the directory is down, and asks again in the next round', async () => {
    const { token, key } = await signedIn({ groups: [GROUP] });
    directory.isDown = true;
    await later(QUARTER_MS + 1_000);
    await users.recheck();
    expect([await isIn(token), await isIn(key), (await callerOf(token)).role]).toEqual([true, true, 'root-admin']);
    directory.isDown = false;
    directory.remove('e1');
    await users.recheck();
    expect(await isIn(token)).toBe(false);
  });
});

/** A directory in memory, in which everybody's password is `pw`. What real ones do is in packages/directory. */
function createToyDirectory() {
  const people = new Map<string, Person>();
  const refused = new Map<string, 'disabled' | 'expired' | 'must-change'>();
  const toy = {
    isDown: false,
    asked: [] as [name: string, password: string][],
    lookedUp: [] as string[],
    add: (person: Partial<Person> & { externalId: string; name: string }) =>
      void people.set(person.externalId, { displayName: '', email: '', groups: [], ...person }),
    remove: (externalId: string) => void people.delete(externalId),
    refuse: (name: string, reason: 'disabled' | 'expired' | 'must-change') => void refused.set(name, reason),
    signIn: async (name: string, password: string): Promise<SignIn> => {
      toy.asked.push([name, password]);
      if (toy.isDown) return { isRefused: true, reason: 'unreachable', cause: new Error('down') };
      const person = [...people.values()].find((one) => one.name === name);
      if (!person || password !== 'pw') return { isRefused: true, reason: 'wrong-or-locked' };
      const reason = refused.get(name);
      return reason ? { isRefused: true, reason } : { isRefused: false, person };
    },
    lookUp: async (externalId: string): Promise<LookUp> => {
      toy.lookedUp.push(externalId);
      if (toy.isDown) return { state: 'unreachable', cause: new Error('down') };
      const person = people.get(externalId);
      if (!person) return { state: 'gone' };
      return refused.has(person.name) ? { state: 'disabled' } : { state: 'active', person };
    },
  } satisfies Directory & Record<string, unknown>;
  return toy;
}
