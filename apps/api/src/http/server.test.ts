import { connect } from 'node:net';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call } from '../http-call.arrange.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const readMetrics = (token?: string) => fetch(`${api.url}/metrics`, { headers: token ? { authorization: `Bearer ${token}` } : {} });

describe('the public origin', () => {
  it('tells operators what they ask', async () => {
    expect(await (await fetch(`${api.url}/healthz`)).json()).toEqual({ ok: true });
    expect(await (await fetch(`${api.url}/readyz`)).json()).toEqual({ ok: true, unready: [] });
    await call(api.url, undefined, 'auth.me');
    await fetch(`${api.url}/api/v1/no.procedure`);
    const metrics = await (await readMetrics(api.admin.token)).text();
    expect(metrics).toContain('nephos_api_request_seconds_count{procedure="auth.me",status="401"} 1');
    expect(metrics).not.toContain('no.procedure'); // names that callers make up would be labels without end
  });

  it('shows metrics to administrators alone', async () => {
    expect((await readMetrics()).status).toBe(401);
    expect((await readMetrics(api.tenants[0].token)).status).toBe(403);
    expect((await readMetrics(api.admin.token)).status).toBe(200);
  });

  it.each(['//', 'http://[', '/api/v1/%ff', '/api/v1/zone.list?input=%ff', '/api/v1/template.upload', '/events?input={'])(
    'outlives a request for %s',
    async (target) => {
      const answer = await rawRequest(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
      expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    },
  );

  it.each(['//', '/other', '/connect/../x'])('outlives an upgrade at %s', async (target) => {
    await rawRequest(
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  });

  it('takes a request id from a caller and answers with it', async () => {
    const response = await fetch(`${api.url}/api/v1/auth.me`, { headers: { 'x-request-id': 'my-own-request-1' } });
    expect(response.headers.get('x-request-id')).toBe('my-own-request-1');
    expect(await response.json()).toMatchObject({ error: { data: { requestId: 'my-own-request-1' } } });
  });

  it('refuses an idempotency key that is too long, and a body that is too large', async () => {
    expect(await call(api.url, api.admin.token, 'zone.create', { name: 'z' }, { 'idempotency-key': 'x'.repeat(201) })).toMatchObject({
      status: 400,
      code: 'BAD_INPUT',
    });
    expect((await call(api.url, api.admin.token, 'zone.create', { name: 'z'.repeat(5 * 1024 * 1024) })).status).toBe(413);
  });
});

describe('a stream', () => {
  it('is refused with a status, however its name is spelled', async () => {
    for (const path of ['/events', '/api/v1/change.watch?input=%7B%7D', '/api/v1/change%2Ewatch?input=%7B%7D']) {
      expect((await fetch(`${api.url}${path}`, { headers: { accept: 'text/event-stream' } })).status).toBe(401);
    }
  });

  it('ends when its caller’s key is revoked', async () => {
    const key = (await call(api.url, api.tenants[0].token, 'apiKey.create', { name: 'stream' })).data as { id: string; token: string };
    for (const path of ['/events', '/api/v1/change%2Ewatch?input=%7B%7D']) {
      await api.db.apiKey.update({ where: { id: key.id }, data: { revokedAt: null } });
      const response = await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${key.token}` } });
      expect(response.status).toBe(200);
      const ended = response.text().catch((error: Error) => error.message);
      await call(api.url, api.tenants[0].token, 'apiKey.revoke', { apiKeyId: key.id });
      expect(await ended).toBe('terminated');
    }
  });
});

describe('a connection to an instance', () => {
  it.each([
    ['no JSON', 'hello', 'BAD_INPUT'],
    ['no instance', '{"token":"x"}', 'BAD_INPUT'],
    ['a token of nobody', JSON.stringify({ token: 'nephos_key_x', instanceId: '01890000-0000-7000-8000-000000000000' }), 'UNAUTHENTICATED'],
  ])('is refused for %s', async (_, hello, code) => {
    const socket = new WebSocket(api.url.replace('http', 'ws') + '/connect');
    socket.on('open', () => socket.send(hello));
    const answer = await new Promise<string>((resolve) => socket.once('message', (message) => resolve(String(message))));
    expect(JSON.parse(answer)).toMatchObject({ ok: false, code, requestId: expect.any(String) });
    await new Promise((resolve) => socket.once('close', resolve));
  });
});

function rawRequest(text: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket
      .setEncoding('utf8')
      .on('data', (data) => (answer += data))
      .on('error', () => undefined)
      .on('close', () => resolve(answer));
  });
}
