import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@nephos/embedded/port';
import { TEMPLATE_BYTES } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNephosClient, NephosError, type NephosClient } from './client.ts';

let api: TestApi;
let client: NephosClient;
let admin: NephosClient;
beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
  client = createNephosClient({ url: api.url, token: api.tenants[0].token });
  admin = createNephosClient({ url: api.url, token: api.admin.token });
});
afterAll(() => api.close());

const deploy = (name: string, by = client) =>
  by.api.instance.deploy.mutate({ zoneId: api.zone.id, name, templateId: api.template.id, computeOfferingId: api.offering.id });

describe('a call', () => {
  it('answers typed data, and its failures say code, fields and request id', async () => {
    const { items } = await client.api.zone.list.query({});
    expect(items.map(({ name }) => name)).toEqual([api.zone.name]);
    const refused: unknown = await client.api.instance.get.query({ instanceId: 'no id' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(NephosError);
    expect(refused).toMatchObject({ code: 'BAD_INPUT', details: { field: 'instanceId' }, requestId: expect.stringMatching(/^[\w-]{36}$/) });
  });

  it('says when nobody answers', async () => {
    const away = createNephosClient({ url: `http://127.0.0.1:${await freePort()}`, token: 'x' });
    await expect(away.api.zone.list.query({})).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') });
    await expect(away.waitForOperation(api.zone.id)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await expect(away.connect(api.zone.id, 22)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('happens once for an idempotency key', async () => {
    const once = () =>
      client.api.instance.deploy.mutate(
        { zoneId: api.zone.id, name: 'once', templateId: api.template.id, computeOfferingId: api.offering.id },
        { context: { idempotencyKey: 'k1' } },
      );
    const [first, second] = await Promise.all([once(), once()]);
    expect(second).toEqual(first);
  });
});

describe('waiting for an operation', () => {
  it('tells each step as it comes and resolves with the end', async () => {
    const [operation] = await deploy('watched');
    const seen: string[] = [];
    const ended = await client.waitForOperation(operation!.id, { onStep: ({ name, state }) => seen.push(`${name} ${state}`) });
    expect(ended.state).toBe('succeeded');
    expect(ended.steps.length).toBeGreaterThan(2);
    for (const { name } of ended.steps) expect(seen).toContain(`${name} succeeded`);
  });

  it('goes on after the connection broke, without asking at intervals', async () => {
    const proxy = await breakableProxy(api.url);
    const far = createNephosClient({ url: proxy.url, token: api.tenants[0].token });
    const held = Promise.withResolvers<void>();
    api.faults.onCall = (name) => (name === 'ensureInstance' ? held.promise : undefined);
    const [operation] = await deploy('broken');
    const waited = far.waitForOperation(operation!.id);
    await proxy.hasStream;
    proxy.breakAll();
    held.resolve();
    expect((await waited).state).toBe('succeeded');
    const gets = proxy.requests.filter((line) => line.includes('operation.get')).length;
    const { steps } = await client.api.operation.get.query({ operationId: operation!.id });
    expect(gets).toBeLessThan(4 * steps.length + 6);
    api.faults.onCall = () => undefined;
    await proxy.close();
  });

  it('ends with its signal, with a token that is refused, and with an id of nobody', async () => {
    const held = Promise.withResolvers<void>();
    api.faults.onCall = (name) => (name === 'ensureInstance' ? held.promise : undefined);
    const [operation] = await deploy('aborted');
    const stop = new AbortController();
    const waited = client.waitForOperation(operation!.id, { signal: stop.signal, onStep: () => stop.abort() });
    await expect(waited).rejects.toMatchObject({ code: 'ABORTED' });
    held.resolve();
    api.faults.onCall = () => undefined;
    await expect(createNephosClient({ url: api.url, token: 'nephos_key_x' }).waitForOperation(operation!.id)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await expect(createNephosClient({ url: api.url, token: api.tenants[1].token }).waitForOperation(operation!.id)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('the change stream', () => {
  it('says why it is refused', async () => {
    const stranger = createNephosClient({ url: api.url, token: 'nephos_key_x' });
    const error = await new Promise((resolve) => stranger.api.change.watch.subscribe({}, { onError: resolve }));
    expect(error).toMatchObject({ name: 'NephosError', code: 'UNAUTHENTICATED' });
  });
});

describe('an upload', () => {
  const folder = mkdtempSync(path.join(tmpdir(), `nephos-upload-${process.pid}-`));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function announce(bytes: Buffer, name: string, sha256 = createHash('sha256').update(bytes).digest('hex')) {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    const store = await admin.api.imageStore.create.mutate({ zoneId: api.zone.id, name: `store-${name}` });
    const template = await admin.api.template.create.mutate({ imageStoreId: store.id, name, sha256, sizeBytes: bytes.length });
    return { file, templateId: template.id };
  }

  it('goes on from where the server is after its connection broke, with progress', async () => {
    const { file, templateId } = await announce(bigImage(), 'big');
    const proxy = await breakableProxy(api.url);
    const far = createNephosClient({ url: proxy.url, token: api.admin.token });
    let isBroken = false;
    const sent: number[] = [];
    const template = await far.uploadTemplate(templateId, file, {
      onProgress: ({ sentBytes, totalBytes }) => {
        sent.push(sentBytes);
        if (!isBroken && sentBytes > totalBytes / 2) {
          isBroken = true;
          proxy.breakAll();
        }
      },
    });
    expect(isBroken).toBe(true);
    expect(template.state).toBe('ready');
    expect(sent.at(-1)).toBe(template.sizeBytes);
    await proxy.close();
  });

  it('says what was wrong with the bytes', async () => {
    const { file, templateId } = await announce(bigImage(), 'changed', 'a'.repeat(64));
    await expect(admin.uploadTemplate(templateId, file)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    const short = path.join(folder, 'short');
    writeFileSync(short, 'x');
    const other = await announce(bigImage(), 'other');
    await expect(admin.uploadTemplate(other.templateId, short)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('a connection to an instance', () => {
  it('is refused with a reason, and never shows another account’s instance', async () => {
    const [operation] = await deploy('connected');
    await client.waitForOperation(operation!.id);
    const instanceId = operation!.resource.id;
    const other = createNephosClient({ url: api.url, token: api.tenants[1].token });
    await expect(other.connect(instanceId, 22)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const stopped = await client.api.instance.stop.mutate({ instanceId, isForced: true });
    await client.waitForOperation(stopped.id);
    await expect(client.connect(instanceId, 22)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });
});

/** A valid image with bytes behind it, long enough to be broken in the middle. */
function bigImage(): Buffer {
  const bytes = Buffer.alloc(24 * 1024 * 1024, 7);
  bytes.set(TEMPLATE_BYTES);
  return bytes;
}

/** TCP between a client and the API that can be cut. */
async function breakableProxy(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const stream = Promise.withResolvers<void>();
  const server = createTcpServer((near) => {
    const far = connectTcp(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
    }
    near.on('data', (data) => {
      const line = data.subarray(0, 200).toString('latin1').split('\r\n')[0] ?? '';
      if (/^(GET|POST|PUT) /.test(line)) requests.push(line);
    });
    far.on('data', (data) => {
      if (data.includes('event: connected')) stream.resolve();
    });
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    hasStream: stream.promise,
    breakAll: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
