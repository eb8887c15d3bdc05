import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { isPermission } from '@nephos/authz/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, PROCEDURES } from './http-call.arrange.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('access', () => {
  it('is declared by every procedure', () => {
    const undeclared = PROCEDURES.filter(({ permission }) => permission !== 'open' && !isPermission(permission)).map(({ path }) => path);
    expect(undeclared).toEqual([]);
    expect(PROCEDURES.filter(({ permission }) => permission === 'open').map(({ path }) => path)).toEqual(['auth.login']);
  });

  it('is as the table says, for each role and procedure', async () => {
    const callers = { nobody: undefined, user: api.tenants[0].token, 'root-admin': api.admin.token };
    const lines = [
      `${'procedure'.padEnd(26)} ${'permission'.padEnd(24)} ${Object.keys(callers)
        .map((role) => role.padEnd(10))
        .join(' ')}`.trimEnd(),
    ];
    for (const { path, permission } of PROCEDURES) {
      const answers = [];
      for (const token of Object.values(callers)) {
        const { code } = await call(api.url, token, path, {}); // permission comes before input: who may is told that the input is bad
        answers.push(code === 'UNAUTHENTICATED' || code === 'FORBIDDEN' ? 'refused' : 'allowed');
      }
      lines.push(`${path.padEnd(26)} ${permission.padEnd(24)} ${answers.map((answer) => answer.padEnd(10)).join(' ')}`.trimEnd());
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('__snapshots__/access.txt');
  });

  it('ends at once with sign-out, a revoked key, a disabled user and a disabled account', async () => {
    const { name, password } = api.admin;
    const session = async () => ((await call(api.url, undefined, 'auth.login', { name, password })).data as { token: string }).token;
    const isIn = async (token: string) => (await call(api.url, token, 'auth.me')).code ?? 'in';
    const token = await session();
    expect(await isIn(token)).toBe('in');
    await call(api.url, token, 'auth.logout');
    expect(await isIn(token)).toBe('UNAUTHENTICATED');

    const tenant = api.tenants[0];
    const key = (await call(api.url, tenant.token, 'apiKey.create', { name: 'k' })).data as { id: string; token: string };
    expect(await isIn(key.token)).toBe('in');
    await call(api.url, key.token, 'apiKey.revoke', { apiKeyId: key.id });
    expect(await isIn(key.token)).toBe('UNAUTHENTICATED');

    const expired = (await call(api.url, tenant.token, 'apiKey.create', { name: 'e', expiresAt: new Date(Date.now() + 60_000).toISOString() }))
      .data as { id: string; token: string };
    await api.db.apiKey.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await isIn(expired.token)).toBe('UNAUTHENTICATED');

    for (const disable of [
      (isEnabled: boolean) => api.db.user.update({ where: { id: tenant.actor.userId }, data: { isEnabled } }),
      (isEnabled: boolean) => api.db.account.update({ where: { id: tenant.actor.accountId }, data: { isEnabled } }),
    ]) {
      await disable(false);
      expect(await isIn(tenant.token)).toBe('UNAUTHENTICATED');
      await disable(true);
      expect(await isIn(tenant.token)).toBe('in');
    }
  });

  it('is changed with the password: whoever else is signed in as this person is out', async () => {
    const { name, password } = api.admin;
    const session = async () => ((await call(api.url, undefined, 'auth.login', { name, password })).data as { token: string }).token;
    const [one, other] = [await session(), await session()];
    const change = (input: object) => call(api.url, one, 'user.changePassword', input);
    const newPassword = 'a new long password';
    expect(await change({ currentPassword: 'not this one', newPassword })).toMatchObject({
      code: 'BAD_INPUT',
      details: { field: 'currentPassword' },
    });
    expect(await change({ currentPassword: password, newPassword: 'short' })).toMatchObject({ code: 'BAD_INPUT', details: { field: 'newPassword' } });
    expect((await call(api.url, other, 'auth.me')).code).toBeUndefined();
    expect((await change({ currentPassword: password, newPassword })).code).toBeUndefined();
    expect((await call(api.url, one, 'auth.me')).code).toBeUndefined();
    expect((await call(api.url, other, 'auth.me')).code).toBe('UNAUTHENTICATED');
    expect((await call(api.url, undefined, 'auth.login', { name, password })).code).toBe('UNAUTHENTICATED');
    await change({ currentPassword: newPassword, newPassword: password }); // as the other tests know it
    await call(api.url, one, 'auth.logout');

    const [{ actor, token }] = api.tenants;
    await api.db.user.update({ where: { id: actor.userId }, data: { externalId: 'of the directory' } });
    expect((await call(api.url, token, 'user.changePassword', { currentPassword: password, newPassword })).code).toBe('INVALID_STATE');
    expect((await call(api.url, token, 'auth.me')).data).toMatchObject({ origin: 'directory' });
    await api.db.user.update({ where: { id: actor.userId }, data: { externalId: null } });
  });

  it('to what a tenant may know of hosts is how guests run there', async () => {
    const kind = async () =>
      ((await call(api.url, api.tenants[0].token, 'zone.list', {})).data as { items: { id: string; guestKind: string }[] }).items.find(
        ({ id }) => id === api.zone.id,
      )?.guestKind;
    const report = (index: 0 | 1, acceleration: string) =>
      api.db.host.update({ where: { id: api.hosts[index]!.id }, data: { facts: { acceleration } } });
    expect(await kind()).toBeNull();
    await report(0, 'kvm');
    expect(await kind()).toBe('accelerated');
    await report(1, 'emulation');
    expect(await kind()).toBe('emulated');
    await report(1, 'simulated');
    expect(await kind()).toBe('simulated');
  });

  it('to sessions is a person’s own: listed, ended one by one, and all at once', async () => {
    const { name, password } = api.admin;
    const session = async () => ((await call(api.url, undefined, 'auth.login', { name, password })).data as { token: string }).token;
    const [one, other] = [await session(), await session()];
    const list = async (token: string) =>
      (
        (await call(api.url, token, 'user.listSessions')).data as {
          items: { id: string; isCurrent: boolean; address: string; lastUsedAt: string | null }[];
        }
      ).items;
    expect((await list(one)).map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
    const [otherSession] = await list(one);
    expect(otherSession).toMatchObject({ address: '127.0.0.1', userAgent: 'node', lastUsedAt: null });
    await call(api.url, other, 'auth.me');
    expect((await list(one))[0]?.lastUsedAt).not.toBeNull();
    expect(await list(api.tenants[0].token)).toEqual([]);
    expect((await call(api.url, api.tenants[0].token, 'user.endSession', { sessionId: otherSession?.id })).code).toBe('NOT_FOUND');
    await call(api.url, one, 'user.endSession', { sessionId: otherSession?.id });
    expect((await call(api.url, other, 'auth.me')).code).toBe('UNAUTHENTICATED');
    expect((await call(api.url, one, 'user.endAllSessions')).data).toEqual({ count: 1 });
    expect((await call(api.url, one, 'auth.me')).code).toBe('UNAUTHENTICATED');
  });
});
