import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAgentArchive, type OfferedArchive } from './agent-archive.ts';

describe('the archive of the agent', () => {
  const folder = mkdtempSync(path.join(tmpdir(), `nephos-test-archive-${process.pid}-`));
  const bytes = Buffer.alloc(8 * 1024 * 1024, 'agent'); // more than a connection takes without being read
  let archive: OfferedArchive | undefined;
  const server = createServer((_, response) => {
    archive?.sendTo(response).catch((error: { code: string }) => response.headersSent || response.writeHead(429).end(error.code));
  });
  beforeAll(async () => {
    const about = { version: '1', platform: 'linux-x64', sha256: '0'.repeat(64), sizeBytes: bytes.length };
    writeFileSync(path.join(folder, 'nephos-agent-linux-x64.json'), JSON.stringify(about));
    writeFileSync(path.join(folder, 'nephos-agent-linux-x64.tar.gz'), bytes);
    archive = await readAgentArchive(folder);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const fetchIt = async (): Promise<IncomingMessage> => {
    const [response] = await once(get({ port: (server.address() as AddressInfo).port, agent: false }), 'response');
    return response as IncomingMessage;
  };

  it('is none where none was built', async () => {
    expect(await readAgentArchive(path.join(folder, 'nowhere'))).toBeUndefined();
    expect(await readAgentArchive(undefined)).toBeUndefined();
  });

  it('is sent to twenty at a time, and to the next when one of them is gone', async () => {
    const slow = await Promise.all(Array.from({ length: 20 }, fetchIt));
    expect(slow.map(({ statusCode }) => statusCode)).toEqual(slow.map(() => 200));
    expect((await fetchIt()).statusCode).toBe(429);
    for (const response of slow) response.destroy();
    await expect.poll(async () => (await fetchIt()).statusCode).toBe(200);
    const whole = await fetchIt();
    expect(Buffer.concat(await whole.toArray()).equals(bytes)).toBe(true);
  });
});
