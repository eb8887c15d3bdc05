import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { assertNotCancelled, orCancelled } from '../cancellation.ts';
import type { CallOptions, GuestInfo, HypervisorDriver } from '../hypervisor-driver.ts';
import { createKeyedLock } from '../keyed-lock.ts';
import { templatePath, volumeMissing, volumePath } from '../pool-layout.ts';
import { decideAcceleration } from './acceleration.ts';
import type { AccelerationVerdict } from './acceleration.ts';
import { createConsoles } from './consoles.ts';
import { assertSocketPathsFit, domainXml, serialSocketPath } from './domain-xml.ts';
import { createDomains } from './domains.ts';
import { checkKvmHost } from './host-checks.ts';
import { createEventFeed } from './event-feed.ts';
import { openGuestLedger } from './guest-ledger.ts';
import { powerOff, restart } from './power.ts';
import { ensureTemplateFile } from './template-cache.ts';
import { describePoolFolder, ensureVolumeFile, exists, removeVolumeFile } from './volume-files.ts';

export interface LibvirtOptions {
  hostId: string;
  /** The agent's own folder on this host: generations and console sockets. Its path has at most 82 bytes. */
  stateDir: string;
  /** Of the libvirtd of this host; a socket may be named, as in `qemu:///system?socket=/run/…/libvirt-sock`. */
  uri?: string;
  /** Where the files that libvirtd names are seen from here, when it lives in a mount namespace of its own. */
  root?: string;
}

/**
 * A Linux host with libvirt and QEMU.
 *
 * Domains are transient: libvirt knows one only while its QEMU runs. After a reboot of the host none is left that could start by
 * itself with an old claim, a stop leaves nothing to clean up, and there is no second description of an instance that could
 * differ from its record. What must outlive a domain, its generation, is in our ledger; an instance in it without a domain is
 * stopped. A killed libvirtd or agent ends no guest: libvirtd finds its QEMUs again, and this driver asks libvirtd each time.
 *
 * Work on one instance, volume or template is done one at a time.
 */
export function createLibvirtDriver({ stateDir, uri = 'qemu:///system', root = '/' }: LibvirtOptions): HypervisorDriver {
  assertSocketPathsFit(stateDir);
  for (const folder of ['s', 'xml']) mkdirSync(join(stateDir, folder), { recursive: true, mode: 0o711 });
  const ledger = openGuestLedger(join(stateDir, 'guests'));
  const domains = createDomains({ uri, xmlDir: join(stateDir, 'xml') });
  const feed = createEventFeed(uri);
  const consoles = createConsoles({ domains, stateDir, root });
  const withLock = createKeyedLock();
  let verdict: Promise<AccelerationVerdict> | undefined;

  /** Decided once per process; a failure is not remembered. */
  function acceleration(signal: AbortSignal): Promise<AccelerationVerdict> {
    verdict ??= decideAcceleration().catch((error: unknown) => {
      verdict = undefined;
      throw error;
    });
    return orCancelled(verdict, signal, 'the look at the host');
  }
  async function start(spec: InstanceSpec, { signal, onProgress }: CallOptions): Promise<GuestInfo> {
    const { instanceId, generation, name } = spec;
    const what = `the start of ${name}`;
    assertNotCancelled(signal, what);
    const known = await domains.find(instanceId);
    ledger.assertFresh(spec, known?.generation ?? 0);
    for (const volume of spec.volumes) if (!(await exists(volumePath(volume)))) throw volumeMissing(volume);
    const xml = domainXml(spec, { acceleration: (await acceleration(signal)).acceleration, stateDir });
    await ledger.put({ instanceId, generation, isRemoved: false }); // seen before it runs: an older one is refused even if this start fails
    if (known?.generation === generation) {
      if (known.state === 'paused') await domains.resume(instanceId);
    } else {
      if (known) await domains.destroy(instanceId);
      assertNotCancelled(signal, what);
      await domains.create(instanceId, xml);
      assertNotCancelled(signal, what); // it runs; who cancelled will remove it
    }
    onProgress(1);
    return { instanceId, generation, state: 'running' };
  }

  return {
    kind: 'kvm',
    abilities: new Set(['screen', 'serial']),
    probe: async ({ signal }) => {
      const [{ versions, ...node }, { acceleration: kind, reason }, checks] = await Promise.all([
        domains.describeNode(),
        acceleration(signal),
        checkKvmHost({ uri, acceleration: () => acceleration(signal) }),
      ]);
      return { hypervisor: 'kvm', acceleration: kind, accelerationReason: reason, ...node, versions: { ...versions, kernel: release() }, checks };
    },
    describePool: describePoolFolder,
    ensureTemplate: (template, poolPath, fetch, options) =>
      withLock(templatePath(template, poolPath), options.signal, () => ensureTemplateFile(template, poolPath, fetch, options)),
    ensureVolume: (volume, { signal }) => withLock(volume.volumeId, signal, () => ensureVolumeFile(volume, signal)),
    removeVolume: (volume, { signal }) => withLock(volume.volumeId, signal, () => removeVolumeFile(volume)),
    ensureInstance: (spec, options) => withLock(spec.instanceId, options.signal, () => start(spec, options)),
    stopInstance: (instanceId, graceMs, { signal }) =>
      withLock(instanceId, signal, async () => {
        const guest = await domains.find(instanceId);
        return { wasForced: guest ? await powerOff({ domains, feed }, guest, graceMs, signal) : false };
      }),
    rebootInstance: (spec, graceMs, options) =>
      withLock(spec.instanceId, options.signal, async () => {
        const guest = await domains.find(spec.instanceId);
        ledger.assertFresh(spec, guest?.generation ?? 0);
        const isRunning = guest?.generation === spec.generation && guest.state === 'running';
        const wasForced = isRunning ? await restart({ domains, feed }, guest, graceMs, options.signal) : false;
        await start(spec, options); // for one that was not running, or powered off when it was asked to restart
        return { wasForced };
      }),
    removeInstance: (instanceId, generation, { signal }) =>
      withLock(instanceId, signal, async () => {
        const [guest, seen] = [await domains.find(instanceId), ledger.get(instanceId)];
        if (guest && guest.generation <= generation) await domains.destroy(instanceId);
        if (seen && seen.generation > generation) return; // that one is gone; a newer claim's guest stays
        await ledger.put({ instanceId, generation, isRemoved: true });
        await rm(serialSocketPath(stateDir, instanceId), { force: true }); // a QEMU that was killed leaves it
      }),
    findInstance: async (instanceId) => {
      const guest = await domains.find(instanceId);
      if (guest) return guest;
      const seen = ledger.get(instanceId);
      return seen && !seen.isRemoved ? { instanceId, generation: seen.generation, state: 'stopped' } : undefined;
    },
    listInstances: async () => {
      const running = await domains.list();
      const ids = new Set(running.map((guest) => guest.instanceId));
      const stopped = ledger.values().filter((seen) => !seen.isRemoved && !ids.has(seen.instanceId));
      return [...running, ...stopped.map(({ instanceId, generation }): GuestInfo => ({ instanceId, generation, state: 'stopped' }))];
    },
    readCounters: domains.readCounters,
    // Who watches a host also hears its guests: what one says is there for whoever opens its serial line later.
    watch: ({ onEvent, onGap }, signal) =>
      feed.follow(
        {
          onEvent: (event) => {
            if (event.state === 'running') void consoles.listen(event.instanceId);
            onEvent(event);
          },
          onGap: () => {
            domains.list().then(
              (guests) => guests.forEach(({ instanceId }) => void consoles.listen(instanceId)),
              () => undefined,
            );
            onGap();
          },
        },
        signal,
      ),
    openConsole: consoles.open,
    takeScreenshot: consoles.takeScreenshot,
  };
}
