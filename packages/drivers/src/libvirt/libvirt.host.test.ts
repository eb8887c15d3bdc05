import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calmly, serve, templateOf, volumeOf } from '../contract/contract-host.ts';
import { describeHypervisorContract } from '../contract/hypervisor-contract.ts';
import type { GuestEvent } from '../hypervisor-driver.ts';
import { templatePath } from '../pool-layout.ts';
import { makeLibvirtTestHost } from './libvirt-test-host.ts';
import type { LibvirtTestHost } from './libvirt-test-host.ts';

describeHypervisorContract('libvirt', makeLibvirtTestHost);

describe('createLibvirtDriver', () => {
  let host: LibvirtTestHost;
  beforeAll(async () => void (host = await makeLibvirtTestHost()));
  afterAll(() => host?.dispose());

  async function prepare() {
    const driver = host.makeDriver();
    const template = templateOf(host.stubbornImage);
    const volume = volumeOf(template, host.poolPath);
    await driver.ensureTemplate(template, host.poolPath, serve(host.stubbornImage).fetch, calmly);
    await driver.ensureVolume(volume, calmly);
    return {
      driver,
      spec: { instanceId: randomUUID(), name: 'web & <co>', generation: 1, cpuCount: 1, memoryMib: 64, volumes: [volume], nics: host.nics },
    };
  }

  it('goes on with a broken download where it was', async () => {
    const driver = host.makeDriver();
    const template = templateOf(host.image);
    const { fetch, offsets } = serve(host.image, { breakAfterBytes: 10_000_000 });
    await expect(driver.ensureTemplate(template, host.poolPath, fetch, calmly)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    await driver.ensureTemplate(template, host.poolPath, fetch, calmly);
    expect(offsets).toEqual([0, 10_000_000]);
  });

  it('does not blame the source for an earlier part that was wrong', async () => {
    const driver = host.makeDriver();
    const template = templateOf(host.image);
    const spoilt = { ...host.image, bytes: host.image.bytes.map((byte) => byte ^ 1) };
    await expect(driver.ensureTemplate(template, host.poolPath, serve(spoilt, { breakAfterBytes: 1_000_000 }).fetch, calmly)).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    });
    const { fetch, offsets } = serve(host.image);
    await driver.ensureTemplate(template, host.poolPath, fetch, calmly);
    expect(offsets).toEqual([1_000_000, 0]);
    expect(await host.listPoolFiles()).toContain(templatePath(template, '.'));
  });

  it('says that the host is not reachable when libvirtd is away, finds its guests after, and tells watchers of the gap', async () => {
    const { driver, spec } = await prepare();
    await driver.ensureInstance(spec, calmly);
    const events: GuestEvent[] = [];
    const gaps = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const stopped = Promise.withResolvers<void>();
    let gapCount = 0;
    const canceller = new AbortController();
    const watching = driver.watch(
      {
        onGap: () => gaps[gapCount++]?.resolve(),
        onEvent: (event) => {
          events.push(event);
          if (event.state === 'stopped') stopped.resolve();
        },
      },
      canceller.signal,
    );
    await gaps[0]?.promise;
    await host.killLibvirtd();
    await expect(driver.findInstance(spec.instanceId)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE', isRetryable: true });
    await host.startLibvirtd();
    await gaps[1]?.promise;
    await expect(driver.findInstance(spec.instanceId)).resolves.toMatchObject({ state: 'running' });
    await host.stopBehindOurBack(spec.instanceId);
    await stopped.promise;
    expect(events.at(-1)).toEqual({ instanceId: spec.instanceId, generation: 1, state: 'stopped' });
    canceller.abort();
    await watching;
  });

  it('does not let a stopped guest come back by itself, and keeps no definition of it', async () => {
    const { driver, spec } = await prepare();
    await driver.ensureInstance(spec, calmly);
    await driver.stopInstance(spec.instanceId, 0, calmly);
    await host.killLibvirtd();
    await host.startLibvirtd();
    expect(await host.virsh('list', '--all', '--uuid')).not.toContain(spec.instanceId);
    await expect(driver.findInstance(spec.instanceId)).resolves.toMatchObject({ state: 'stopped' });
  });

  it('wakes a guest that was paused behind our back', async () => {
    const { driver, spec } = await prepare();
    await driver.ensureInstance(spec, calmly);
    await host.virsh('suspend', spec.instanceId);
    await expect(driver.findInstance(spec.instanceId)).resolves.toMatchObject({ state: 'paused' });
    await driver.ensureInstance(spec, calmly);
    await expect(driver.findInstance(spec.instanceId)).resolves.toMatchObject({ state: 'running' });
    await driver.removeInstance(spec.instanceId, 1, calmly);
  });

  it('gives a guest what cloud-init looks for, its consoles as sockets, and no listening port', async () => {
    const { driver, spec } = await prepare();
    await driver.ensureInstance(spec, calmly);
    const xml = await host.virsh('dumpxml', spec.instanceId);
    expect(xml).toMatch(/<entry name='product'>CloudStack KVM Hypervisor</);
    expect(xml).toMatch(/<listen type='socket' socket='[^']+vnc.sock'/);
    expect(xml).toContain('org.qemu.guest_agent.0');
    expect(xml).not.toMatch(/type='(address|tcp)'/);
    expect(xml).toMatch(/name=["']web &amp; &lt;co&gt;["']/);
    await driver.removeInstance(spec.instanceId, 1, calmly);
  });

  it('names the missing bridge', async () => {
    const { driver, spec } = await prepare();
    const nics = host.nics.map((nic) => ({ ...nic, vni: 78 }));
    await expect(driver.ensureInstance({ ...spec, nics }, calmly)).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
      message: expect.stringContaining('nbr78'),
    });
    await driver.ensureInstance(spec, calmly);
    await driver.removeInstance(spec.instanceId, 1, calmly);
  });
});
