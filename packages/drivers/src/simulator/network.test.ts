import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calmly } from '../contract/contract-host.ts';
import { createSimulatorNetwork } from './network.ts';

const network = { networkId: 'n1', revision: 1, vni: 10_000, mtu: 1450, localIp: '10.0.0.1', peerIps: [] };
const guest = { instanceId: 'i1', hostname: 'web', macAddress: '02:00:00:00:00:01', ip: '10.1.1.5', computeOffering: 'small', zone: 'z', password: 'planted-secret' };
const router: DesiredRouter = {
  routerId: 'r1', generation: 2, revision: 3, network, guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'x' }, dnsServers: [], guests: [guest],
};
let stateDir: string;
beforeEach(() => void (stateDir = mkdtempSync(join(tmpdir(), 'nephos-simulator-'))));
afterEach(() => rmSync(stateDir, { recursive: true }));

describe('createSimulatorNetwork', () => {
  const open = () => createSimulatorNetwork({ hostId: 'h1', stateDir });

  it('applies a router once, never goes back, and remembers after a restart', async () => {
    await expect(open().ensureRouter(router, calmly)).resolves.toEqual({ appliedRevision: 3 });
    await expect(open().ensureRouter({ ...router, revision: 2 }, calmly)).resolves.toEqual({ appliedRevision: 3 });
    await expect(open().ensureRouter({ ...router, generation: 1 }, calmly)).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    await expect(open().listRouters()).resolves.toEqual([{ routerId: 'r1', generation: 2, appliedRevision: 3 }]);
  });

  it('removes a router, twice, and still refuses an older claim', async () => {
    const driver = open();
    await driver.ensureRouter(router, calmly);
    await driver.removeRouter({ routerId: 'r1', generation: 2 }, calmly);
    await driver.removeRouter({ routerId: 'r1', generation: 2 }, calmly);
    await expect(driver.listRouters()).resolves.toEqual([]);
    await expect(driver.ensureRouter({ ...router, generation: 1 }, calmly)).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    await expect(driver.ensureRouter(router, calmly)).resolves.toEqual({ appliedRevision: 3 });
  });

  it('reaches the guests it knows, and no one else', async () => {
    const driver = open();
    await driver.ensureRouter(router, calmly);
    const stream = await driver.dial({ routerId: 'r1' }, '10.1.1.5', 22, calmly.signal);
    stream.end('hello');
    expect((await stream.toArray()).join('')).toBe('hello');
    await expect(driver.dial({ routerId: 'r1' }, '10.1.1.6', 22, calmly.signal)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });

  it('keeps no secrets on disk', async () => {
    await open().ensureRouter(router, calmly);
    expect(readFileSync(join(stateDir, 'network.jsonl'), 'utf8')).not.toContain('planted-secret');
  });
});
