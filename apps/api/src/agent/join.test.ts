import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { connect as connectHttp2 } from 'node:http2';
import { agentConfigSchema, type AgentConfig } from '@nephos/contracts/agent.schema';
import { hostToJoinDto } from '@nephos/contracts/host.schema';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { connectControlPlane } from '@nephos/worker-host/control-plane';
import { joinCloud } from '@nephos/worker-host/join';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { createHostToJoin, enrolHost } from '../enrol.arrange.ts';
import { call } from '../http-call.arrange.ts';

const { signal } = new AbortController();
let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const joinAs = ({ server, fingerprint, joinToken }: { server: string; fingerprint: string; joinToken: string }) =>
  joinCloud({ server, fingerprint, token: joinToken });
const anotherToken = async (hostId: string) => hostToJoinDto.parse((await call(api.url, api.admin.token, 'host.createJoinToken', { hostId })).data);

async function fetchState(config: AgentConfig) {
  const agent = connectControlPlane(config);
  return agent.fetchState(signal).finally(() => agent.close());
}

/** The first line of what a bare HTTP/1.1 request is answered; empty when the connection is cut off. */
async function statusOf(address: string, tls: ConnectionOptions, method = 'GET'): Promise<string> {
  const { hostname, port } = new URL(api.agentUrl);
  const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false, ...tls });
  const heard: string[] = [];
  socket.on('data', (data) => void heard.push(String(data)));
  socket.on('error', () => undefined);
  socket.write(`${method} ${address} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  await once(socket, 'close');
  return heard.join('').split('\r\n')[0] ?? '';
}

describe('a machine joins', () => {
  it('with a key of its own and a token, and is that host from then on', async () => {
    const toJoin = await createHostToJoin(api);
    expect(toJoin.command).toContain(toJoin.fingerprint);
    const config = await joinAs(toJoin);
    expect(config.hostId).toBe(toJoin.host.id);
    expect((await fetchState(config)).networks).toEqual([]);
    const row = await api.db.host.findUniqueOrThrow({ where: { id: toJoin.host.id } });
    expect(JSON.stringify(row)).not.toContain(toJoin.joinToken);
    expect(api.logLines.join('')).not.toContain(toJoin.joinToken);
  });

  it('not with a token that was used, has expired or was replaced', async () => {
    const used = await createHostToJoin(api);
    await joinAs(used);
    await expect(joinAs(used)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

    const old = await createHostToJoin(api);
    await api.db.host.update({ where: { id: old.host.id }, data: { joinTokenExpiresAt: new Date(Date.now() - 1) } });
    await expect(joinAs(old)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

    const replaced = await createHostToJoin(api);
    const fresh = await anotherToken(replaced.host.id);
    await expect(joinAs(replaced)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await joinAs(fresh)).hostId).toBe(replaced.host.id);
  });

  it('once, when two show the same token at the same moment', async () => {
    const toJoin = await createHostToJoin(api);
    const joined = await Promise.allSettled([joinAs(toJoin), joinAs(toJoin), joinAs(toJoin)]);
    expect(joined.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('by the program of the command, which leaves what the agent is started with to its owner alone', async () => {
    const { server, fingerprint, joinToken, host } = await createHostToJoin(api);
    const folder = mkdtempSync(path.join(tmpdir(), `nephos-join-${process.pid}-`));
    const file = path.join(folder, 'new', 'agent.json');
    const program = fileURLToPath(import.meta.resolve('@nephos/worker-host/cli'));
    const args = [program, 'join', '--server', server, '--fingerprint', fingerprint, '--token', '-', '--config', file];
    const run = async () => {
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'] });
      child.stdin.end(`${joinToken}\n`);
      const [code]: unknown[] = await once(child, 'close');
      return code;
    };
    expect(await run()).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const joined = readFileSync(file, 'utf8');
    expect((await fetchState(agentConfigSchema.parse(JSON.parse(joined)))).networks).toEqual([]);
    expect(joined).toContain(host.id);
    expect(await run()).toBe(1); // the token was used; what is there stays
    expect(readFileSync(file, 'utf8')).toBe(joined);
    rmSync(folder, { recursive: true });
  });

  it('and says nothing to a server of another fingerprint', async () => {
    const toJoin = await createHostToJoin(api);
    await expect(joinAs({ ...toJoin, fingerprint: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await joinAs(toJoin)).hostId).toBe(toJoin.host.id); // the token was not shown to anybody
  });

  it('and keeps its token when what it wants certified is nothing', async () => {
    const toJoin = await createHostToJoin(api);
    const body = JSON.stringify({ token: toJoin.joinToken, certificateRequest: 'x', contractVersion: 1, agentVersion: '1' });
    const dispatcher = new Agent({ allowH2: false, connect: { rejectUnauthorized: false } });
    const send = (text: string) => request(`${toJoin.server}/agent/join`, { dispatcher, method: 'POST', body: text });
    expect((await send(body)).statusCode).toBe(400);
    for (const spoken of ['"contractVersion":0', '"contractVersion":7,"oldestContract":6'])
      expect((await send(body.replace('"contractVersion":1', spoken))).statusCode).toBe(409);
    await dispatcher.close();
    expect((await joinAs(toJoin)).hostId).toBe(toJoin.host.id);
  });
});

describe('the certificate of before', () => {
  it('counts until the machine that was installed anew has joined, and then its open connections end', async () => {
    const { host, agentConfig } = await enrolHost(api);
    const fresh = await anotherToken(host.id);
    const channel = new WebSocket(`${agentConfig.endpoint.replace('http', 'ws')}/agent/channel`, tlsOf(agentConfig));
    await once(channel, 'open');
    const gate = connectHttp2(agentConfig.endpoint, tlsOf(agentConfig));
    await once(gate, 'connect');
    expect((await fetchState(agentConfig)).networks).toEqual([]);

    const ended = Promise.all([once(channel, 'close'), once(gate, 'close')]);
    const renewed = await joinAs(fresh);
    await ended;
    await expect(fetchState(agentConfig)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    expect((await fetchState(renewed)).networks).toEqual([]);
  });
});

describe('a host that was removed', () => {
  it('is nobody from that moment: its open connections end, and neither its certificate nor its token opens any', async () => {
    const { host, agentConfig } = await enrolHost(api);
    const token = await anotherToken(host.id);
    const channel = new WebSocket(`${agentConfig.endpoint.replace('http', 'ws')}/agent/channel`, tlsOf(agentConfig));
    await once(channel, 'open');
    const gate = connectHttp2(agentConfig.endpoint, tlsOf(agentConfig));
    await once(gate, 'connect');

    const ended = Promise.all([once(channel, 'close'), once(gate, 'close')]);
    expect(await call(api.url, api.admin.token, 'host.remove', { hostId: host.id })).toMatchObject({ data: { id: host.id, name: host.name } });
    await ended;
    await expect(fetchState(agentConfig)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    await expect(joinAs(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = connectHttp2(agentConfig.endpoint, tlsOf(agentConfig));
    again.on('error', () => undefined);
    await once(again, 'close');
  });
});

describe('without a certificate', () => {
  it.each(['/agent/state', '/agent/report', '/agent/metrics', '/agent/templates/x', '/agent/routers/x', '/', '/agent/join'])(
    'there is nothing at GET %s',
    async (address) => {
      expect(await statusOf(address, {})).toBe('HTTP/1.1 401 Unauthorized');
    },
  );

  it('no channel and no stream opens', async () => {
    for (const kind of ['channel', 'stream']) {
      const socket = new WebSocket(`${api.agentUrl.replace('http', 'ws')}/agent/${kind}`, { rejectUnauthorized: false });
      const [error]: unknown[] = await once(socket, 'error');
      expect(String(error)).toContain('401');
    }
  });

  it('the gate to Temporal is cut off', async () => {
    const session = connectHttp2(api.agentUrl, { rejectUnauthorized: false });
    session.on('error', () => undefined);
    const stream = session.request({ ':method': 'POST', ':path': '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo' });
    const heard: unknown[] = [];
    stream.on('response', (headers) => void heard.push(headers));
    stream.on('error', () => undefined);
    await once(session, 'close');
    expect(heard).toEqual([]);
  });

  it('a certificate of another authority opens nothing, the join path neither', async () => {
    const foreign = await createTestApi();
    const { agentConfig } = await enrolHost(foreign);
    await foreign.close();
    for (const address of ['/agent/state', '/agent/join']) expect(await statusOf(address, tlsOf(agentConfig))).toBe('');
  });
});

function tlsOf({ caCertificate, certificate, privateKey }: AgentConfig) {
  return { ca: caCertificate, cert: certificate, key: privateKey };
}
