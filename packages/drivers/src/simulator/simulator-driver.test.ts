import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { calmly, serve, templateOf, volumeOf } from '../contract/contract-host.ts';
import { describeHypervisorContract } from '../contract/hypervisor-contract.ts';
import type { GuestEvent } from '../hypervisor-driver.ts';
import { emptyQcow2 } from '../image/empty-qcow2.ts';
import { realClock } from './latency.ts';
import { simulatedCounters } from './simulated-counters.ts';
import { createSimulatorDriver } from './simulator-driver.ts';

const virtualSizeBytes = 1024 * 1024;
const image = { bytes: new Uint8Array(emptyQcow2({ virtualSizeBytes })), virtualSizeBytes };
const stubbornImage = { ...image };
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'nephos-simulator-'));
}

describeHypervisorContract('the simulator', async () => {
  const stateDir = makeFolder();
  const makeDriver = () => createSimulatorDriver({ hostId: 'h1', stateDir, clock: realClock });
  const first = makeDriver(); // the one that the contract keeps
  const drivers = [first];
  return {
    makeDriver: () => drivers.pop() ?? makeDriver(),
    poolPath: '/pool',
    fullPoolPath: '/pool/full',
    image,
    stubbornImage,
    memoryMib: 64,
    nics: [],
    guestIsUp: async () => undefined,
    stopBehindOurBack: async (instanceId) => first.control.stopGuest(instanceId),
    listPoolFiles: async () => [],
    dispose: async () => rmSync(stateDir, { recursive: true }),
  };
});

describe('createSimulatorDriver', () => {
  /** A driver whose clock does not wait, and a spec whose disk is ready. */
  async function prepare(name: string) {
    const stateDir = makeFolder();
    folders.push(stateDir);
    const waits: number[] = [];
    const clock = { sleep: async (ms: number) => void waits.push(ms) };
    const driver = createSimulatorDriver({ hostId: 'h1', stateDir, clock, latency: { seed: 7, minMs: 10, maxMs: 20 } });
    const template = templateOf(image);
    const volume = volumeOf(template, '/pool');
    await driver.ensureTemplate(template, '/pool', serve(image).fetch, calmly);
    await driver.ensureVolume(volume, calmly);
    const spec = { instanceId: randomUUID(), name, generation: 1, cpuCount: 1, memoryMib: 64, volumes: [volume], nics: [] };
    return { driver, spec, waits, stateDir };
  }

  it('fails for good, twice, or slowly, as the name asks', async () => {
    const failing = await prepare('fail-start-web');
    await expect(failing.driver.ensureInstance(failing.spec, calmly)).rejects.toMatchObject({ isRetryable: false });
    const flaky = await prepare('web-flaky-start-1');
    for (const _ of [1, 2]) await expect(flaky.driver.ensureInstance(flaky.spec, calmly)).rejects.toMatchObject({ isRetryable: true });
    await flaky.driver.ensureInstance(flaky.spec, calmly);
    const slow = await prepare('slow-start-web');
    const fractions: number[] = [];
    await slow.driver.ensureInstance(slow.spec, { ...calmly, onProgress: (fraction) => fractions.push(fraction) });
    expect(slow.waits.filter((ms) => ms === 1000)).toHaveLength(30);
    expect(fractions.at(-1)).toBe(1);
  });

  it('lets a removal stick until it is repaired', async () => {
    const { driver, spec } = await prepare('stuck-remove-web');
    await driver.ensureInstance(spec, calmly);
    await expect(driver.removeInstance(spec.instanceId, 1, calmly)).rejects.toMatchObject({ isRetryable: false });
    driver.control.repair(spec.instanceId);
    await driver.removeInstance(spec.instanceId, 1, calmly);
    expect(driver.control.list()).toMatchObject([{ isRemoved: true }]);
  });

  it('crashes a guest that is named so, and tells watchers', async () => {
    const { driver, spec } = await prepare('crash-web');
    const canceller = new AbortController();
    const stopped = Promise.withResolvers<GuestEvent>();
    const watching = driver.watch(
      { onGap: () => undefined, onEvent: (event) => event.state === 'stopped' && stopped.resolve(event) },
      canceller.signal,
    );
    await driver.ensureInstance(spec, calmly);
    await expect(stopped.promise).resolves.toMatchObject({ instanceId: spec.instanceId, generation: 1 });
    canceller.abort();
    await watching;
  });

  it('takes the same times from the same seed', async () => {
    const [one, other] = [await prepare('web'), await prepare('web')];
    expect(one.waits).toEqual(other.waits);
    expect(one.waits.every((ms) => ms >= 10 && ms < 20)).toBe(true);
  });

  it('survives a write that was cut short', async () => {
    const { driver, spec, stateDir } = await prepare('web');
    await driver.ensureInstance(spec, calmly);
    appendFileSync(join(stateDir, 'journal.jsonl'), '{"kind":"guest","id":');
    const open = () => createSimulatorDriver({ hostId: 'h1', stateDir, clock: realClock });
    await expect(open().findInstance(spec.instanceId)).resolves.toMatchObject({ state: 'running' });
    await open().stopInstance(spec.instanceId, 0, calmly);
    await expect(open().findInstance(spec.instanceId)).resolves.toMatchObject({ state: 'stopped' });
  });
});

describe('simulatedCounters', () => {
  const guest = {
    kind: 'guest' as const,
    id: randomUUID(),
    name: 'web',
    generation: 1,
    state: 'running' as const,
    isRemoved: false,
    cpuCount: 2,
    memoryMib: 1024,
    startedAt: 0,
  };
  it('only grow while a guest runs, at a pace its size allows', () => {
    let last = simulatedCounters(guest, 0);
    for (let seconds = 10; seconds < 4_000; seconds += 10) {
      const now = simulatedCounters(guest, seconds * 1000);
      for (const counter of ['cpuTimeNs', 'diskWriteBytes', 'networkInBytes'] as const) expect(now[counter]).toBeGreaterThan(last[counter] ?? 0);
      expect(((now.cpuTimeNs ?? 0) - (last.cpuTimeNs ?? 0)) / 10e9 / guest.cpuCount).toBeLessThan(1);
      expect(now.memoryUsedBytes).toBeLessThan(now.memoryResidentBytes ?? 0);
      last = now;
    }
  });

  it('begin at nothing when it is started anew', () => {
    expect(simulatedCounters({ ...guest, startedAt: 5_000 }, 5_000)).toMatchObject({ cpuTimeNs: 0, diskReadBytes: 0, networkOutBytes: 0 });
  });
});
