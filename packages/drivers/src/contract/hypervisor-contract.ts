import { randomUUID } from 'node:crypto';
import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GuestEvent, HypervisorDriver } from '../hypervisor-driver.ts';
import { calmly, serve, templateOf, volumeOf } from './contract-host.ts';
import type { ContractHost, ContractImage } from './contract-host.ts';
import { describeConsoleContract } from './console-contract.ts';
import { describeTemplateContract } from './template-contract.ts';

/**
 * What every hypervisor driver must do, whichever it is. Each test has instances of its own and removes them.
 * `makeHost` may take its time; it is called once, and `dispose` after the last test.
 */
export function describeHypervisorContract(name: string, makeHost: () => Promise<ContractHost & { dispose(): Promise<void> }>): void {
  describe(`${name} keeps the contract of a hypervisor`, () => {
    let host: ContractHost & { dispose(): Promise<void> };
    let driver: HypervisorDriver;
    const made: InstanceSpec[] = [];

    beforeAll(async () => {
      host = await makeHost();
      driver = host.makeDriver();
    });
    afterEach(async () => {
      for (const spec of made.splice(0)) {
        await driver.removeInstance(spec.instanceId, 1000, calmly);
        for (const volume of spec.volumes) await driver.removeVolume(volume, calmly);
      }
    });
    afterAll(() => host?.dispose());

    /** An instance with its disk ready; stubborn ones are quick to make, for nothing boots in them. */
    async function prepare(options: { image?: ContractImage; name?: string } = {}): Promise<InstanceSpec> {
      const image = options.image ?? host.stubbornImage;
      const template = templateOf(image, { templateId: image === host.image ? OBEDIENT : STUBBORN });
      const volume = volumeOf(template, host.poolPath);
      await driver.ensureTemplate(template, host.poolPath, serve(image).fetch, calmly);
      await driver.ensureVolume(volume, calmly);
      const spec = {
        instanceId: randomUUID(),
        name: options.name ?? (image === host.image ? 'web' : 'stubborn-web'),
        generation: 5,
        cpuCount: 1,
        memoryMib: host.memoryMib,
        volumes: [volume],
        nics: image === host.image ? [] : host.nics,
      };
      made.push(spec);
      return spec;
    }
    const isRunning = (spec: InstanceSpec) => ({ instanceId: spec.instanceId, generation: spec.generation, state: 'running' });
    const isStopped = (spec: InstanceSpec) => ({ ...isRunning(spec), state: 'stopped' });

    describeTemplateContract(() => ({ host, driver }));
    describeConsoleContract(() => ({ host, driver, prepare }));

    it('says what the host is', async () => {
      const facts = await driver.probe(calmly);
      expect(facts.cpuCount).toBeGreaterThan(0);
      expect(facts.memoryMib).toBeGreaterThan(0);
      expect(facts.accelerationReason).not.toBe('');
      expect(facts.checks.map((check) => check.name)).toContain('guests');
      expect(facts.checks.filter(({ state }) => state === 'missing')).toEqual([]);
      expect(await driver.describePool(host.poolPath)).toMatchObject({ path: host.poolPath, fileSystem: expect.stringMatching(/./) });
      expect((await driver.describePool(host.poolPath)).capacityBytes).toBeGreaterThan(0);
    });

    it('runs an instance, however often it is asked', async () => {
      const spec = await prepare();
      await expect(driver.ensureInstance(spec, calmly)).resolves.toEqual(isRunning(spec));
      await expect(driver.ensureInstance(spec, calmly)).resolves.toEqual(isRunning(spec));
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isRunning(spec));
      expect((await driver.listInstances()).filter((guest) => guest.instanceId === spec.instanceId)).toHaveLength(1);
    });

    it('runs an instance once when it is asked twice at once', async () => {
      const spec = await prepare();
      await expect(Promise.all([driver.ensureInstance(spec, calmly), driver.ensureInstance(spec, calmly)])).resolves.toEqual([
        isRunning(spec),
        isRunning(spec),
      ]);
    });

    it('refuses an instance whose disk is missing', async () => {
      const spec = await prepare();
      const missing = { ...spec, volumes: [{ ...spec.volumes[0]!, volumeId: randomUUID() }] };
      await expect(driver.ensureInstance(missing, calmly)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await driver.ensureInstance(spec, calmly);
    });

    it('knows nothing of an instance never seen, and needs nothing to stop or remove it', async () => {
      const instanceId = randomUUID();
      await expect(driver.findInstance(instanceId)).resolves.toBeUndefined();
      await expect(driver.stopInstance(instanceId, 1000, calmly)).resolves.toEqual({ wasForced: false });
      await driver.removeInstance(instanceId, 1, calmly);
      await driver.removeVolume({ volumeId: randomUUID(), poolPath: host.poolPath }, calmly);
      await expect(driver.findInstance(instanceId)).resolves.toBeUndefined();
    });

    it('asks a guest to power off, and shows it as stopped', async () => {
      const spec = await prepare({ image: host.image });
      await driver.ensureInstance(spec, calmly);
      await host.guestIsUp(spec.instanceId);
      await expect(driver.stopInstance(spec.instanceId, 60_000, calmly)).resolves.toEqual({ wasForced: false });
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isStopped(spec));
      await expect(driver.stopInstance(spec.instanceId, 60_000, calmly)).resolves.toEqual({ wasForced: false });
    });

    it('asks a guest to restart, and resets one that does not', async () => {
      const spec = await prepare({ image: host.image });
      await driver.ensureInstance(spec, calmly);
      await host.guestIsUp(spec.instanceId);
      await expect(driver.rebootInstance(spec, 60_000, calmly)).resolves.toEqual({ wasForced: false });
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isRunning(spec));
      const stubborn = await prepare();
      await driver.ensureInstance(stubborn, calmly);
      await expect(driver.rebootInstance(stubborn, 300, calmly)).resolves.toEqual({ wasForced: true });
      await expect(driver.findInstance(stubborn.instanceId)).resolves.toEqual(isRunning(stubborn));
    });

    it('starts a stopped instance when it is asked to reboot it', async () => {
      const spec = await prepare();
      await expect(driver.rebootInstance(spec, 1000, calmly)).resolves.toEqual({ wasForced: false });
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isRunning(spec));
    });

    it('pulls the plug of a guest that does not obey', async () => {
      const spec = await prepare();
      await driver.ensureInstance(spec, calmly);
      await expect(driver.stopInstance(spec.instanceId, 300, calmly)).resolves.toEqual({ wasForced: true });
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isStopped(spec));
      await driver.ensureInstance(spec, calmly);
      await expect(driver.stopInstance(spec.instanceId, 0, calmly)).resolves.toEqual({ wasForced: true });
    });

    it('counts what a guest does while it runs, from nothing at each start', async () => {
      const spec = await prepare({ image: host.image });
      const countersNow = async () => (await driver.readCounters()).find(({ instanceId }) => instanceId === spec.instanceId);
      await expect(countersNow()).resolves.toBeUndefined();
      await driver.ensureInstance(spec, calmly);
      await host.guestIsUp(spec.instanceId);
      const first = await countersNow();
      expect(first).toMatchObject({ generation: spec.generation, cpuCount: 1 });
      expect(first?.cpuTimeNs).toBeGreaterThanOrEqual(0);
      expect(first?.memoryResidentBytes).toBeGreaterThan(0);
      const second = await countersNow();
      for (const counter of CUMULATIVE) expect([counter, (second?.[counter] ?? -1) >= (first?.[counter] ?? 0)]).toEqual([counter, true]);
      await driver.stopInstance(spec.instanceId, 0, calmly);
      await expect(countersNow()).resolves.toBeUndefined();
      await driver.ensureInstance({ ...spec, generation: 6 }, calmly);
      const anew = await countersNow();
      expect(anew).toMatchObject({ generation: 6 });
      expect(anew?.diskReadBytes).toBeLessThanOrEqual(second?.diskReadBytes ?? 0);
    });

    it('forgets a removed instance, twice, and keeps its disk', async () => {
      const spec = await prepare();
      await driver.ensureInstance(spec, calmly);
      await driver.removeInstance(spec.instanceId, spec.generation, calmly);
      await driver.removeInstance(spec.instanceId, spec.generation, calmly);
      await expect(driver.findInstance(spec.instanceId)).resolves.toBeUndefined();
      expect((await driver.listInstances()).map((guest) => guest.instanceId)).not.toContain(spec.instanceId);
      await expect(driver.ensureInstance({ ...spec, generation: 6 }, calmly)).resolves.toMatchObject({ state: 'running', generation: 6 });
    });

    it('refuses an older generation: now, after a restart, and after a removal', async () => {
      const spec = await prepare();
      const older = { ...spec, generation: 4 };
      const stale = { code: 'STALE_GENERATION' };
      await driver.ensureInstance(spec, calmly);
      await expect(driver.ensureInstance(older, calmly)).rejects.toMatchObject(stale);
      await expect(driver.rebootInstance(older, 0, calmly)).rejects.toMatchObject(stale);
      await expect(host.makeDriver().ensureInstance(older, calmly)).rejects.toMatchObject(stale);
      await driver.removeInstance(spec.instanceId, spec.generation, calmly);
      await expect(driver.ensureInstance(older, calmly)).rejects.toMatchObject(stale);
      await expect(host.makeDriver().ensureInstance(older, calmly)).rejects.toMatchObject(stale);
    });

    it('remembers the generation of a removal even of an instance it never ran', async () => {
      const spec = await prepare();
      await driver.removeInstance(spec.instanceId, 6, calmly);
      await expect(driver.ensureInstance(spec, calmly)).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    });

    it('refuses an older generation though the newer one failed to start', async () => {
      const spec = await prepare({ name: 'fail-start-web' }); // which is what the simulator goes by; a real host misses the bridge
      const nics = [{ nicId: randomUUID(), networkId: randomUUID(), vni: 16_000_000, macAddress: '02:00:00:00:00:01', mtu: 1450 }];
      await expect(driver.ensureInstance({ ...spec, nics }, calmly)).rejects.toMatchObject({ name: 'DomainError' });
      const older = { ...spec, name: 'stubborn-web', generation: 4 };
      await expect(driver.ensureInstance(older, calmly)).rejects.toMatchObject({ code: 'STALE_GENERATION' });
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isStopped(spec));
    });

    it('leaves a newer generation alone when an older one is removed', async () => {
      const spec = await prepare();
      await driver.ensureInstance(spec, calmly);
      await driver.removeInstance(spec.instanceId, 4, calmly);
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isRunning(spec));
    });

    it('ends an older generation before a newer one runs, and says so in this order', async () => {
      const spec = await prepare();
      await driver.ensureInstance(spec, calmly);
      const watching = await watch(spec.instanceId);
      const newer = { ...spec, generation: 6 };
      await expect(driver.ensureInstance(newer, calmly)).resolves.toEqual(isRunning(newer));
      await watching.until(isRunning(newer));
      expect(watching.seen).toEqual([isStopped(spec), isRunning(newer)]);
      await watching.stop();
    });

    it('tells watchers of a stop behind our back, and shows it', async () => {
      const spec = await prepare();
      await driver.ensureInstance(spec, calmly);
      const watching = await watch(spec.instanceId);
      await host.stopBehindOurBack(spec.instanceId);
      await watching.until(isStopped(spec));
      await expect(driver.findInstance(spec.instanceId)).resolves.toEqual(isStopped(spec));
      await expect(driver.ensureInstance(spec, calmly)).resolves.toEqual(isRunning(spec));
      await watching.stop();
    });

    it('does nothing for a call that is cancelled already, and the same call works later', async () => {
      const spec = await prepare();
      const signal = AbortSignal.abort();
      await expect(driver.ensureInstance(spec, { ...calmly, signal })).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(driver.findInstance(spec.instanceId)).resolves.toBeUndefined();
      await driver.ensureInstance(spec, calmly);
    });

    it('stops waiting for a guest when it is cancelled, and the same call works later', async () => {
      const spec = await prepare();
      await driver.ensureInstance(spec, calmly);
      const canceller = new AbortController();
      const stopping = driver.stopInstance(spec.instanceId, 600_000, { ...calmly, signal: canceller.signal });
      setTimeout(() => canceller.abort(), 200);
      await expect(stopping).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(driver.stopInstance(spec.instanceId, 100, calmly)).resolves.toEqual({ wasForced: true });
    });

    it('can be cancelled while it starts an instance, and the same call works later', async () => {
      const spec = await prepare({ name: 'stubborn-slow-start-web' });
      const canceller = new AbortController();
      const starting = driver.ensureInstance(spec, { ...calmly, signal: canceller.signal });
      setTimeout(() => canceller.abort(), 30);
      await expect(starting).rejects.toMatchObject({ code: 'CANCELLED' });
      const calm = { ...spec, name: 'stubborn-web' }; // the simulator's slow start would take its 30 s now
      await expect(driver.ensureInstance(calm, calmly)).resolves.toEqual(isRunning(spec));
    });

    it('lists what runs and what is stopped after a restart', async () => {
      const [running, stopped] = [await prepare(), await prepare()];
      await driver.ensureInstance(running, calmly);
      await driver.ensureInstance(stopped, calmly);
      await driver.stopInstance(stopped.instanceId, 0, calmly);
      const listed = await host.makeDriver().listInstances();
      expect(listed).toEqual(expect.arrayContaining([isRunning(running), isStopped(stopped)]));
    });

    /** Watches one instance from the moment this resolves. */
    async function watch(instanceId: string) {
      const seen: GuestEvent[] = [];
      const canceller = new AbortController();
      const listening = Promise.withResolvers<void>();
      let wake = () => {};
      const watching = driver.watch(
        {
          onGap: () => listening.resolve(),
          onEvent: (event) => {
            if (event.instanceId === instanceId) seen.push(event);
            wake();
          },
        },
        canceller.signal,
      );
      await listening.promise;
      return {
        seen,
        stop: () => {
          canceller.abort();
          return watching;
        },
        until: async (event: object) => {
          while (!seen.some((one) => JSON.stringify(one) === JSON.stringify(event))) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        },
      };
    }
  });
}

const OBEDIENT = randomUUID();
const STUBBORN = randomUUID();
const CUMULATIVE = [
  'cpuTimeNs',
  'diskReadBytes',
  'diskWriteBytes',
  'diskReadRequests',
  'diskWriteRequests',
  'networkInBytes',
  'networkOutBytes',
] as const;
