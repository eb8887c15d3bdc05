import { once } from 'node:events';
import { CONSOLE_CLOSED } from '@nephos/model/console';
import { CONSOLES_MAX } from '@nephos/model/limits';
import { createTestApi, makeTenant, type TestApi, type TestCaller } from '@nephos/testing/test-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { askConsole, makeConsoleHost, viewConsole, type ConsoleHost } from './console.arrange.ts';
import { call } from './http-call.arrange.ts';

let api: TestApi;
let host: ConsoleHost;
let owner: TestCaller;
let instanceId: string;
beforeAll(async () => {
  api = await createTestApi();
  host = await makeConsoleHost(api);
});
beforeEach(async () => {
  owner = await makeTenant(api.db);
  instanceId = await host.startInstance(owner);
});
afterAll(async () => {
  await host?.leave();
  await api?.close();
});

const open = async (kind: 'screen' | 'serial' = 'serial') => viewConsole(api, (await askConsole(api, owner.token, instanceId, kind)).token);
const eventsOf = async (kind: string) => api.db.event.findMany({ where: { resourceId: instanceId, kind } });
async function untilEvent(kind: string) {
  for (;;) {
    const [event] = await eventsOf(kind);
    if (event) return event;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a console', () => {
  it('is the guest’s serial line, with what it said before', async () => {
    const viewer = await open();
    expect(viewer.answer).toEqual({ ok: true });
    await viewer.untilHeard('login: ');
    viewer.socket.send(Buffer.from('me\r'));
    await viewer.untilHeard('me@');
    const other = await open();
    expect(await other.untilHeard('me@')).toContain('login: ');
    viewer.socket.close();
    other.socket.close();
  });

  it('is the guest’s screen', async () => {
    const viewer = await open('screen');
    expect(await viewer.untilHeard('RFB')).toBe('RFB 003.008\n');
    viewer.socket.close();
  });

  it('is written down when it is opened and when it ends, with where it was looked at from, for its account to see', async () => {
    const viewer = await open();
    viewer.socket.close();
    await untilEvent('instance.console-closed');
    const { items } = z
      .object({ items: z.array(z.looseObject({ kind: z.string() })) })
      .parse((await call(api.url, owner.token, 'event.list', { limit: 50 })).data);
    expect(items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['instance.console-opened', 'instance.console-closed']));
    expect((await eventsOf('instance.console-closed'))[0]?.details).toEqual({ kind: 'serial', address: '127.0.0.1', seconds: 0 });
    expect((await eventsOf('instance.console-opened'))[0]?.actorUserId).toBe(owner.actor.userId);
  });

  it('is written down as ended when the process that held it was killed', async () => {
    await askConsole(api, owner.token, instanceId);
    const longAgo = new Date(Date.now() - 120_000);
    await api.db.console.updateMany({ where: { instanceId }, data: { openedAt: longAgo, expiresAt: longAgo } });
    expect(await untilEvent('instance.console-closed')).toMatchObject({ actorUserId: owner.actor.userId, accountId: owner.actor.accountId });
    expect(await api.db.console.count({ where: { instanceId } })).toBe(0);
  });

  it('opens once with a token, also when two come at once', async () => {
    const { token } = await askConsole(api, owner.token, instanceId);
    const viewers = await Promise.all([viewConsole(api, token), viewConsole(api, token)]);
    expect(viewers.map(({ answer }) => answer.code).toSorted()).toEqual(['UNAUTHENTICATED', undefined]);
    const late = await viewConsole(api, token);
    expect(late.answer).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' });
    expect(await late.closed).toMatchObject({ code: CONSOLE_CLOSED.refused });
    viewers.forEach(({ socket }) => socket.close());
  });

  it('opens with no token that is older than a minute, or that nobody gave', async () => {
    const { token } = await askConsole(api, owner.token, instanceId);
    await api.db.console.updateMany({ where: { instanceId }, data: { expiresAt: new Date() } });
    for (const one of [token, 'nephos_console_x', owner.token]) expect((await viewConsole(api, one)).answer.code).toBe('UNAUTHENTICATED');
  });

  it('keeps no token', async () => {
    const { token } = await askConsole(api, owner.token, instanceId);
    expect(JSON.stringify(await api.db.console.findMany())).not.toContain(token);
    expect(api.logLines.join('\n')).not.toContain(token);
  });

  it('is not there for another account, nor for one that does not run', async () => {
    const stranger = await makeTenant(api.db);
    expect((await askConsole(api, stranger.token, instanceId)).code).toBe('NOT_FOUND');
    await api.db.instance.update({ where: { id: instanceId }, data: { state: 'stopped', hostId: null } });
    expect(await askConsole(api, owner.token, instanceId)).toMatchObject({ code: 'INVALID_STATE', message: expect.stringContaining('stopped') });
  });

  it('is refused where the hypervisor has none', async () => {
    await api.db.host.update({ where: { id: host.id }, data: { facts: { abilities: ['serial'] } } });
    expect((await askConsole(api, owner.token, instanceId, 'screen')).code).toBe('UNSUPPORTED');
    expect((await askConsole(api, owner.token, instanceId, 'serial')).code).toBeUndefined();
    await api.db.host.update({ where: { id: host.id }, data: { facts: {} } });
  });

  it('ends when its key is revoked, its session signed out, its user disabled, or the right is lost', async () => {
    const viewer = await open();
    const { id } = await api.db.apiKey.findFirstOrThrow({ where: { userId: owner.actor.userId } });
    await api.db.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    expect(await viewer.closed).toEqual({ code: CONSOLE_CLOSED.signedOut, reason: 'signedOut' });
    await api.db.apiKey.update({ where: { id }, data: { revokedAt: null } });

    const login = await call(api.url, undefined, 'auth.login', { name: api.admin.name, password: api.admin.password });
    const session = z.object({ token: z.string() }).parse(login.data).token;
    const asAdmin = await viewConsole(api, (await askConsole(api, session, instanceId)).token);
    expect(asAdmin.answer.ok).toBe(true);
    const unused = await askConsole(api, session, instanceId);
    await call(api.url, session, 'auth.logout');
    expect((await asAdmin.closed).code).toBe(CONSOLE_CLOSED.signedOut);
    expect((await viewConsole(api, unused.token)).answer.code).toBe('UNAUTHENTICATED');

    const another = await open();
    await api.db.user.update({ where: { id: owner.actor.userId }, data: { isEnabled: false } });
    expect((await another.closed).code).toBe(CONSOLE_CLOSED.signedOut);
  });

  it('ends when the time of its session or key is up', async () => {
    const viewer = await open();
    await api.db.apiKey.updateMany({ where: { userId: owner.actor.userId }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect((await viewer.closed).code).toBe(CONSOLE_CLOSED.signedOut);
  });

  it('ends when the guest stops, and when the record says that it stopped or moved', async () => {
    const [stopped, moved] = [await open(), await open('screen')];
    await api.db.instance.update({ where: { id: instanceId }, data: { hostId: api.hosts[0]!.id } });
    for (const viewer of [stopped, moved]) expect(await viewer.closed).toEqual({ code: CONSOLE_CLOSED.ended, reason: 'ended' });
    instanceId = await host.startInstance(owner);
    const viewers = [await open(), await open('screen')];
    host.driver.control.stopGuest(instanceId);
    for (const viewer of viewers) expect((await viewer.closed).code).toBe(CONSOLE_CLOSED.ended);
  });

  it('is one of a bounded number, asked for or open, which closed ones make room in', async () => {
    const viewers = [];
    for (let count = 0; count < CONSOLES_MAX - 1; count++) viewers.push(await open());
    const { token } = await askConsole(api, owner.token, instanceId);
    expect(await askConsole(api, owner.token, instanceId)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    viewers.forEach(({ socket }) => socket.close());
    await untilEvent('instance.console-closed');
    expect((await viewConsole(api, token)).answer.ok).toBe(true);
    while ((await api.db.console.count({ where: { instanceId } })) > 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await askConsole(api, owner.token, instanceId)).code).toBeUndefined();
  });

  it('is not for a page of another origin', async () => {
    const { token } = await askConsole(api, owner.token, instanceId);
    const foreign = new WebSocket(`${api.url.replace('http', 'ws')}/console`, { origin: 'https://elsewhere.example' });
    const [, response]: unknown[] = await once(foreign, 'unexpected-response');
    expect(response).toMatchObject({ statusCode: 403 });
    expect((await viewConsole(api, token, { origin: api.url })).answer.ok).toBe(true);
  });
});

describe('a screenshot', () => {
  const shoot = () => call(api.url, owner.token, 'instance.screenshot', { instanceId });

  it('is a PNG, taken once for all who ask within some seconds', async () => {
    const answers = await Promise.all([shoot(), shoot()]);
    const [one, other] = answers.map(({ data }) => z.object({ png: z.string(), takenAt: z.string() }).parse(data));
    expect(
      Buffer.from(one?.png ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect(other).toEqual(one);
  });

  it('says that the instance does not run', async () => {
    host.driver.control.stopGuest(instanceId);
    expect((await shoot()).code).toBe('INVALID_STATE'); // the host's own word, before the record has it
  });
});

describe('a host that is away', () => {
  it('is named as the reason, in words', async () => {
    const away = await makeConsoleHost(api);
    const lost = await away.startInstance(owner);
    await away.leave();
    const { token } = await askConsole(api, owner.token, lost);
    const [viewer, screenshot] = await Promise.all([
      viewConsole(api, token),
      call(api.url, owner.token, 'instance.screenshot', { instanceId: lost }),
    ]);
    expect(viewer.answer).toMatchObject({ ok: false, code: 'HOST_UNREACHABLE', message: expect.stringContaining('agent may be away') });
    expect(screenshot).toMatchObject({ code: 'HOST_UNREACHABLE' });
  });
});
