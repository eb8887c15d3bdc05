import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { cursorFromText, readChanges } from '@nephos/db/change.repo';
import { freePort } from '@nephos/embedded/port';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAddress, type Pages } from './pages.ts';

const CLIENT = 'x-nephos-client';
let pages: Pages;
let api: TestApi;
let session: string;
let answerPage: (request: IncomingMessage, response: ServerResponse) => void;
const portal = createServer((request, response) => answerPage(request, response));

beforeAll(async () => {
  const port = await freePort();
  await new Promise<void>((resolve) => portal.listen(port, '127.0.0.1', resolve));
  pages = { url: `http://127.0.0.1:${port}`, secret: 'a secret of the portal that is long enough' };
  api = await createTestApi({ pages });
  const response = await post('auth.login', { name: api.admin.name, password: api.admin.password });
  ({
    result: {
      data: { token: session },
    },
  } = (await response.json()) as { result: { data: { token: string } } });
});
afterAll(async () => {
  await api.close();
  portal.close();
});

function post(procedure: string, input: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}/api/v1/${procedure}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });
}

describe('a page', () => {
  it('is the portal’s, with its headers, and streams both ways', async () => {
    answerPage = (request, response) => {
      response.writeHead(201, { 'content-security-policy': 'x', 'x-host': request.headers['x-forwarded-host'] });
      request.pipe(response);
    };
    const response = await fetch(`${api.url}/some/page?a=b`, { method: 'POST', body: 'to and fro' });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-security-policy')).toBe('x');
    expect(response.headers.get('x-host')).toBe(new URL(api.url).host);
    expect(await response.text()).toBe('to and fro');
  });

  it('comes with the place in the stream of changes where it was asked for, and nothing that is loaded into it does', async () => {
    const told: (string | string[] | undefined)[] = [];
    answerPage = (request, response) => {
      told.push(request.headers['x-nephos-changes']);
      response.end();
    };
    await fetch(`${api.url}/instances`, { headers: { accept: 'text/html,*/*' } });
    await fetch(`${api.url}/_next/static/a.js`);
    const [from, other] = told;
    expect(other).toBeUndefined();
    await post('apiKey.create', { name: 'heard of' }, { cookie: `nephos_session=${session}`, origin: api.url });
    const cursor = cursorFromText(String(from));
    const heard = cursor && (await readChanges(api.db, cursor)).map(({ resourceType }) => resourceType);
    expect(heard).toContain('api-key');
  });

  it('says that the portal is away, to people as a page', async () => {
    answerPage = (request) => void request.socket.destroy();
    const asPerson = await fetch(`${api.url}/instances`, { headers: { accept: 'text/html' } });
    expect(asPerson.status).toBe(503);
    expect(await asPerson.text()).toContain('tries again by itself');
    expect((await fetch(`${api.url}/instances`)).headers.get('content-type')).toBe('application/json');
  });

  it('tells who asks, so that one address can’t use up the attempts of others, and nobody else can say so', async () => {
    const told = await new Promise<string>((resolve) => {
      answerPage = (request, response) => {
        resolve(String(request.headers[CLIENT]));
        response.end();
      };
      void fetch(`${api.url}/`, { headers: { [CLIENT]: '203.0.113.9 forged' } });
    });
    const addressFor = (text: string) => clientAddress({ headers: { [CLIENT]: text }, socket: { remoteAddress: '127.0.0.2' } } as never, pages);
    expect(addressFor(told)).toBe('127.0.0.1');
    for (const forged of ['203.0.113.9 forged', told.replace('127.0.0.1', '203.0.113.9'), '']) expect(addressFor(forged)).toBe('127.0.0.2');
  });
});

describe('a browser', () => {
  const cookie = () => `theme=x; nephos_session=${session}`;

  it('reads with its cookie', async () => {
    expect((await fetch(`${api.url}/api/v1/auth.me`, { headers: { cookie: cookie() } })).status).toBe(200);
    expect((await fetch(`${api.url}/api/v1/auth.me`, { headers: { cookie: `xnephos_session=${session}` } })).status).toBe(401);
  });

  it.each([
    ['another site', 'https://evil.example'],
    ['a sandboxed page', 'null'],
    ['nowhere', undefined],
  ])('changes nothing from a page of %s', async (_, origin) => {
    const response = await post('apiKey.create', { name: 'stolen' }, { cookie: cookie(), ...(origin && { origin }) });
    expect(response.status).toBe(403);
    expect(await api.db.apiKey.count({ where: { name: 'stolen' } })).toBe(0);
  });

  it('is nobody when another way to sign in comes along with its cookie', async () => {
    const response = await post('apiKey.create', { name: 'stolen' }, { cookie: cookie(), authorization: 'Basic eDp5' });
    expect(response.status).toBe(401);
    expect(await api.db.apiKey.count({ where: { name: 'stolen' } })).toBe(0);
  });

  it('changes what it may from a page of the portal', async () => {
    const response = await post('apiKey.create', { name: 'own' }, { cookie: cookie(), origin: api.url });
    expect(response.status).toBe(200);
  });
});
