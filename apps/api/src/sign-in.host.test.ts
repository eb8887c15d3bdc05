import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDirectory } from '@nephos/directory/directory';
import { freePort } from '@nephos/embedded/port';
import { startSlapd, type RunningSlapd } from '@nephos/embedded/slapd';
import { createLogger } from '@nephos/log/log';
import { newId } from '@nephos/model/id';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { directoryShape, readDirectory } from './directory-settings.ts';
import { createAuthenticationService } from './services/authentication.ts';
import { createDirectoryUsers, type DirectoryUsers } from './services/directory-users.ts';
import { createUserService } from './services/user.ts';

const PASSWORD = 'Demo-Pass-1';
const SERVICE_PASSWORD = 'of the service';

let folder: string;
let database: TestDatabase;
let server: RunningSlapd;
let users: DirectoryUsers;
let authentication: ReturnType<typeof createAuthenticationService>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nephos-sign-in-'));
  database = await createTestDatabase();
  const { db } = database;
  await createUserService({ db }).ensureRootAdministrator('a long local password');
  server = await startSlapd({
    port: await freePort(),
    folder: path.join(folder, 'directory'),
    peoplePassword: PASSWORD,
    servicePassword: SERVICE_PASSWORD,
  });
  const passwordFile = path.join(folder, 'service-password');
  await writeFile(passwordFile, `${SERVICE_PASSWORD}\n`);
  const environment = z.object(directoryShape).parse({
    NEPHOS_DIRECTORY_URL: server.url,
    NEPHOS_DIRECTORY_CA_FILE: server.caFile,
    NEPHOS_DIRECTORY_BASE_DN: server.baseDn,
    NEPHOS_DIRECTORY_SERVICE_DN: server.serviceDn,
    NEPHOS_DIRECTORY_SERVICE_PASSWORD_FILE: passwordFile,
    NEPHOS_DIRECTORY_ADMIN_GROUP: server.adminGroup.toUpperCase(), // a name may be spelt in other ways
  });
  const chosen = readDirectory(environment);
  if (!chosen) throw new Error('no directory');
  const log = createLogger('test', 'silent');
  users = createDirectoryUsers({ db, directory: createDirectory(chosen.settings), adminGroup: chosen.adminGroup, log });
  authentication = createAuthenticationService({ db, directory: users, log });
});
afterAll(async () => {
  await server.stop();
  await database.close();
  await rm(folder, { recursive: true });
});

const login = (name: string, password = PASSWORD) => authentication.login({ name, password, address: '192.0.2.1', requestId: newId() });
const callerOf = async (token: string) => (await authentication.authenticate(token, newId())).actor;
const asManager = async (work: (client: Client) => Promise<void>) => {
  const client = new Client({ url: server.url, tlsOptions: { ca: server.ca } });
  try {
    await client.bind(server.managerDn, SERVICE_PASSWORD);
    await work(client);
  } finally {
    await client.unbind();
  }
};
const recheckNow = async () => {
  await database.db.user.updateMany({ where: { externalId: { not: null } }, data: { directoryCheckedAt: new Date(Date.now() - 16 * 60_000) } });
  await users.recheck();
};

describe('sign-in with a real directory', () => {
  it('makes a user of an employee, and an administrator of a member of a group in the group', async () => {
    expect(await callerOf((await login('alice')).token)).toMatchObject({ role: 'user' });
    expect(await callerOf((await login('carol')).token)).toMatchObject({ role: 'root-admin' });
  });

  it('says why somebody with the right password is refused', async () => {
    await expect(login('erin')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'expired' } });
    await expect(login('frank')).rejects.toMatchObject({ details: { reason: 'must-change' } });
    await expect(login('dave')).rejects.toMatchObject({ details: { reason: 'wrong-or-locked' } });
    await expect(login('erin', 'wrong')).rejects.toMatchObject({ details: { reason: 'wrong-or-locked' } });
  });

  it('takes the role from who leaves the group, and the session from who leaves the house', async () => {
    const { token: carols } = await login('carol');
    const { token: bobs } = await login('bob');
    const team = `cn=platform-team,ou=groups,${server.baseDn}`;
    const nobodyElse = new Attribute({ type: 'member', values: [`uid=alice,ou=people,${server.baseDn}`] });
    await asManager(async (client) => {
      await client.modify(team, new Change({ operation: 'replace', modification: nobodyElse }));
      await client.del(`uid=bob,ou=people,${server.baseDn}`);
    });
    await recheckNow();
    expect(await callerOf(carols)).toMatchObject({ role: 'user' });
    await expect(callerOf(bobs)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('lets local users in, and ends nobody’s session, when it is down', async () => {
    const { token } = await login('carol');
    await server.stop();
    await recheckNow();
    expect(await callerOf(token)).toMatchObject({ role: 'user' });
    await expect(login('carol')).rejects.toMatchObject({ code: 'DIRECTORY_UNREACHABLE' });
    expect(await callerOf((await login('admin', 'a long local password')).token)).toMatchObject({ role: 'root-admin' });
  });
});

describe('the settings of a directory', () => {
  it.each([
    ['a URL in the clear', { NEPHOS_DIRECTORY_URL: 'ldap://directory.example' }, /NEPHOS_DIRECTORY_URL/],
    ['no base', { NEPHOS_DIRECTORY_URL: 'ldaps://directory.example' }, /NEPHOS_DIRECTORY_BASE_DN is missing/],
  ])('are refused with %s', (_, environment, told) => {
    expect(() => readDirectory(z.object(directoryShape).parse(environment))).toThrow(told);
  });
});
