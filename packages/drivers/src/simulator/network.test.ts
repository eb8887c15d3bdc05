import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calmly } from '../contract/contract-host.ts';
import { describeNetworkContract } from '../contract/network-contract.ts';
import { createSimulatorNetwork } from './network.ts';

const makeFolder = () => mkdtempSync(join(tmpdir(), 'nephos-simulator-'));

describeNetworkContract('the simulator', async () => {
  const stateDir = makeFolder();
  const open = () => createSimulatorNetwork({ hostId: 'h1', stateDir });
  return {
    startDriver: async () => open(),
    localIp: '10.0.0.1',
    // Opened anew: what another look at the host's state shows.
    hasNetwork: async ({ networkId }) => (await open().listNetworks()).some((network) => network.networkId === networkId),
    dispose: async () => rmSync(stateDir, { recursive: true }),
  };
});

const network = { networkId: 'n1', revision: 1, vni: 10_000, mtu: 1450, localIp: '10.0.0.1', peerIps: [] };
const guest = {
  instanceId: 'i1',
  hostname: 'web',
  macAddress: '02:00:00:00:00:01',
  ip: '10.1.1.5',
  computeOffering: 'small',
  zone: 'z',
  password: 'planted-secret',
};
const router: DesiredRouter = {
  routerId: 'r1',
  generation: 2,
  revision: 3,
  network,
  guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'x' },
  dnsServers: [],
  guests: [guest],
};

describe('createSimulatorNetwork', () => {
  let stateDir: string;
  beforeEach(() => void (stateDir = makeFolder()));
  afterEach(() => rmSync(stateDir, { recursive: true }));

  it('reaches the guests it knows, and no one else', async () => {
    const driver = createSimulatorNetwork({ hostId: 'h1', stateDir });
    await driver.ensureRouter(router, calmly);
    const stream = await driver.dial({ routerId: 'r1' }, '10.1.1.5', 22, calmly.signal);
    stream.end('hello');
    expect((await stream.toArray()).join('')).toBe('hello');
    await expect(driver.dial({ routerId: 'r1' }, '10.1.1.6', 22, calmly.signal)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });

  it('keeps no secrets on disk', async () => {
    await createSimulatorNetwork({ hostId: 'h1', stateDir }).ensureRouter(router, calmly);
    expect(readFileSync(join(stateDir, 'network.jsonl'), 'utf8')).not.toContain('planted-secret');
  });
});
