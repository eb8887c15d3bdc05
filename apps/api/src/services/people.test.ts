import type { AccountDetailDto, UserDto } from '@nephos/contracts/user.schema';
import { createTestApi, makeTenant, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../http-call.arrange.ts';

const PASSWORD = 'a password for the first day';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const asAdmin = (procedure: string, input: object = {}) => call(api.url, api.admin.token, procedure, input);
const ask = async <T>(procedure: string, input: object = {}) => {
  const { data, code, message } = await asAdmin(procedure, input);
  expect([code, message]).toEqual([undefined, '']);
  return data as T;
};
const makeUser = (name: string, more: object = {}) => ask<UserDto>('user.create', { name, password: PASSWORD, ...more });
const signIn = async (name: string, password = PASSWORD) => {
  const { data, code } = await call(api.url, undefined, 'auth.login', { name, password });
  return code ?? (data as { token: string }).token;
};
const isIn = async (token: string) => (await call(api.url, token, 'auth.me')).code ?? 'in';
const namesOf = async (input: object) => (await ask<{ items: UserDto[] }>('user.list', input)).items.map(({ name }) => name);

describe('people', () => {
  it('are listed by account, role, origin, state and text', async () => {
    const anna = await makeUser('list-anna', { displayName: 'Anna of Chemistry' });
    const bert = await makeUser('list-bert', { role: 'root-admin', accountId: anna.accountId });
    await api.db.user.update({ where: { id: anna.id }, data: { externalId: 'of the directory', email: 'anna@example.org' } });
    await ask('user.update', { userId: bert.id, isEnabled: false });
    const { accountId } = anna;
    expect(await namesOf({ accountId })).toEqual(['list-anna', 'list-bert']);
    expect(await namesOf({ accountId, role: 'root-admin' })).toEqual(['list-bert']);
    expect(await namesOf({ accountId, origin: 'directory' })).toEqual(['list-anna']);
    expect(await namesOf({ accountId, isEnabled: false })).toEqual(['list-bert']);
    expect(await namesOf({ search: 'CHEMISTRY' })).toEqual(['list-anna']);
    expect(await namesOf({ search: 'anna@example' })).toEqual(['list-anna']);
    expect(anna).toMatchObject({ accountName: 'list-anna', origin: 'local', isEnabled: true });
  });

  it('who are disabled are out at once, and their sessions do not come back with them', async () => {
    const { id: userId } = await makeUser('out');
    const token = await signIn('out');
    expect(await isIn(token)).toBe('in');
    await ask('user.update', { userId, isEnabled: false });
    expect(await isIn(token)).toBe('UNAUTHENTICATED');
    expect(await signIn('out')).toBe('UNAUTHENTICATED');
    await ask('user.update', { userId, isEnabled: true });
    expect(await isIn(token)).toBe('UNAUTHENTICATED');
    expect(await isIn(await signIn('out'))).toBe('in');
    const events = await api.db.event.findMany({ where: { resourceId: userId, kind: 'user.updated' }, orderBy: { id: 'asc' } });
    expect(events.map(({ message }) => message)).toEqual(['out was disabled and signed out everywhere.', 'out was enabled.']);
  });

  it('get another role, which counts at the next call', async () => {
    const { id: userId } = await makeUser('riser');
    const token = await signIn('riser');
    const lists = async () => (await call(api.url, token, 'host.list', {})).code ?? 'allowed';
    expect(await lists()).toBe('FORBIDDEN');
    await ask('user.update', { userId, role: 'root-admin' });
    expect(await lists()).toBe('allowed');
    await ask('user.update', { userId, role: 'user' });
    expect(await lists()).toBe('FORBIDDEN');
  });

  it('get a new password, which ends their sessions and is kept nowhere', async () => {
    const { id: userId } = await makeUser('forgetful');
    const token = await signIn('forgetful');
    await ask('user.update', { userId, password: 'quite another password' });
    expect(await isIn(token)).toBe('UNAUTHENTICATED');
    expect(await isIn(await signIn('forgetful', 'quite another password'))).toBe('in');
    expect(JSON.stringify(await api.db.event.findMany())).not.toContain('quite another');
    expect(JSON.stringify(await api.db.idempotencyKey.findMany())).not.toContain('quite another');
  });

  it('of the directory keep what the directory says of them, and can be disabled', async () => {
    const { id: userId } = await makeUser('guest');
    await api.db.user.update({ where: { id: userId }, data: { externalId: 'guest of the directory' } });
    for (const [field, value] of Object.entries({ role: 'root-admin', displayName: 'X', password: PASSWORD })) {
      const refused = await asAdmin('user.update', { userId, [field]: value });
      expect([refused.code, refused.details['field']]).toEqual(['INVALID_STATE', field]);
    }
    expect(await ask('user.update', { userId, isEnabled: false })).toMatchObject({ isEnabled: false, origin: 'directory' });
  });

  it('can’t lock themselves out, nor each other the last administrator', async () => {
    const { userId, accountId } = api.admin.actor;
    for (const change of [{ isEnabled: false }, { role: 'user' }])
      expect((await asAdmin('user.update', { userId, ...change })).code).toBe('INVALID_STATE');
    expect((await asAdmin('account.update', { accountId, isEnabled: false })).code).toBe('INVALID_STATE');
    const other = await makeUser('second', { role: 'root-admin' });
    const token = await signIn('second');
    const races = await Promise.all([
      asAdmin('user.update', { userId: other.id, role: 'user' }),
      call(api.url, token, 'user.update', { userId, role: 'user' }),
    ]);
    expect(races.filter(({ code }) => code === undefined).length).toBeGreaterThan(0);
    expect(await api.db.user.count({ where: { role: 'root-admin', isEnabled: true } })).toBeGreaterThan(0);
    await api.db.user.update({ where: { id: userId }, data: { role: 'root-admin' } }); // as the other tests know it
  });
});

describe('accounts', () => {
  it('are listed with what they use, and changed; less than is used takes nothing away', async () => {
    const { actor, token } = await makeTenant(api.db);
    const { accountId } = actor;
    const { zone, template, offering } = api;
    const deploy = (name: string) =>
      call(api.url, token, 'instance.deploy', { zoneId: zone.id, name, templateId: template.id, computeOfferingId: offering.id });
    expect((await deploy('one')).code).toBeUndefined();
    const account = await ask<AccountDetailDto>('account.get', { accountId });
    expect(account).toMatchObject({ used: { instances: 1, vcpus: 1 }, limits: { instances: 20 }, userCount: 1, isEnabled: true });
    expect((await ask<{ items: AccountDetailDto[] }>('account.list', { search: account.name })).items).toEqual([account]);
    expect(await ask('account.update', { accountId, maxInstances: 0 })).toMatchObject({
      limits: { instances: 0, vcpus: 40 },
      used: { instances: 1 },
    });
    expect((await deploy('two')).code).toBe('LIMIT_EXCEEDED');
    expect((await asAdmin('account.update', { accountId, maxInstances: -1 })).details['field']).toBe('maxInstances');
    expect(await api.db.event.findFirst({ where: { resourceId: accountId, kind: 'account.updated' } })).toMatchObject({
      message: `Account ${account.name} was changed: maxInstances 0.`,
      accountId,
    });
    await ask('account.update', { accountId, isEnabled: false });
    expect(await isIn(token)).toBe('UNAUTHENTICATED');
    expect((await ask<{ items: AccountDetailDto[] }>('account.list', { isEnabled: false })).items.map(({ id }) => id)).toEqual([accountId]);
  });

  it('of others are not there for a tenant', async () => {
    const [{ token, actor }, other] = api.tenants;
    const list = await call(api.url, token, 'account.list', {});
    expect(list.data).toMatchObject({ items: [{ id: actor.accountId }], nextCursor: null });
    expect((await call(api.url, token, 'account.get', { accountId: other.actor.accountId })).code).toBe('NOT_FOUND');
  });
});
