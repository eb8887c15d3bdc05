import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calmly, serve, templateOf, volumeOf } from '../contract/contract-host.ts';
import { emptyQcow2 } from '../image/empty-qcow2.ts';
import { realClock } from './latency.ts';
import { createSimulatorNetwork } from './network.ts';
import { readSimulatedHosts } from './read-simulated-hosts.ts';
import { createSimulatorDriver } from './simulator-driver.ts';

const virtualSizeBytes = 1024 * 1024;
const image = { bytes: new Uint8Array(emptyQcow2({ virtualSizeBytes })), virtualSizeBytes };
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'nephos-simulated-hosts-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const openHost = (hostId: string) => createSimulatorDriver({ hostId, stateDir: join(folder, hostId), clock: realClock, keepsHistory: true });

describe('what simulated hosts have', () => {
  it('is read with every life of a guest, also those of before a restart', async () => {
    let driver = openHost('h1');
    const template = templateOf(image);
    const volume = volumeOf(template, '/pool');
    await driver.ensureTemplate(template, '/pool', serve(image).fetch, calmly);
    await driver.ensureVolume(volume, calmly);
    const instanceId = randomUUID();
    const spec = (generation: number) => ({ instanceId, name: 'vm', generation, cpuCount: 1, memoryMib: 64, volumes: [volume], nics: [] });
    for (let generation = 1; generation <= 60; generation++) {
      await driver.ensureInstance(spec(generation), calmly);
      await driver.ensureInstance(spec(generation), calmly); // asked twice, begun once
      await driver.removeInstance(instanceId, generation, calmly);
    }
    driver = openHost('h1');
    await driver.ensureInstance(spec(61), calmly);

    const { lives, running, volumes, networks } = readSimulatedHosts(folder);
    expect(lives.map(({ generation }) => generation)).toEqual(Array.from({ length: 61 }, (_, at) => at + 1));
    for (const [at, { from, to }] of lives.entries()) {
      expect(from).toBeGreaterThan(0);
      if (at < 60) expect(to).toBeGreaterThanOrEqual(from);
      else expect(to).toBeNull();
    }
    expect(running).toEqual([{ resourceId: instanceId, hostId: 'h1', generation: 61 }]);
    expect(volumes).toEqual([{ volumeId: volume.volumeId, hostId: 'h1', poolPath: '/pool' }]);
    expect(networks).toEqual([]);
    await driver.removeVolume(volume, calmly);
    expect(readSimulatedHosts(folder).volumes).toEqual([]);
  });

  it('is also its networks and routers', async () => {
    openHost('h2');
    const network = createSimulatorNetwork({ hostId: 'h2', stateDir: join(folder, 'h2') });
    await network.ensureNetwork({ networkId: 'n1', revision: 1, vni: 10_000, mtu: 1450, localIp: '10.0.0.1', peerIps: [] }, calmly);
    expect(readSimulatedHosts(folder)).toMatchObject({ networks: [{ networkId: 'n1', hostId: 'h2' }], running: [] });
  });
});
