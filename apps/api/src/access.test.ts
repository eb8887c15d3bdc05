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

  it('to sessions is a person’s own: listed, ended one by one, and all at once', async () => {
    const { name, password } = api.admin;
    const session = async () => ((await call(api.url, undefined, 'auth.login', { name, password })).data as { token: string }).token;
    const [one, other] = [await session(), await session()];
    const list = async (token: string) =>
      ((await call(api.url, token, 'user.listSessions')).data as { items: { id: string; isCurrent: boolean; address: string }[] }).items;
    expect((await list(one)).map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
    const [otherSession] = await list(one);
    expect(otherSession?.address).toBe('127.0.0.1');
    expect(await list(api.tenants[0].token)).toEqual([]);
    expect((await call(api.url, api.tenants[0].token, 'user.endSession', { sessionId: otherSession?.id })).code).toBe('NOT_FOUND');
    await call(api.url, one, 'user.endSession', { sessionId: otherSession?.id });
    expect((await call(api.url, other, 'auth.me')).code).toBe('UNAUTHENTICATED');
    expect((await call(api.url, one, 'user.endAllSessions')).data).toEqual({ count: 1 });
    expect((await call(api.url, one, 'auth.me')).code).toBe('UNAUTHENTICATED');
  });
});
