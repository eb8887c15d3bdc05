import { join } from 'node:path';
import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { DomainError } from '@nephos/model/errors';
import type { CallOptions, GuestInfo, HostFacts, HypervisorDriver } from '../hypervisor-driver.ts';
import { createKeyedLock } from '../keyed-lock.ts';
import { createFaults, hasSentinel } from './faults.ts';
import { createLatency } from './latency.ts';
import type { Latency, SimulatorClock } from './latency.ts';
import { simulatedCounters } from './simulated-counters.ts';
import { createSimulatedConsoles } from './simulated-consoles.ts';
import { createSimulatedStorage } from './simulated-storage.ts';
import { openSimulatedState } from './simulated-state.ts';
import type { SimulatedGuest } from './simulated-state.ts';
import { createWatchers } from '../watchers.ts';

export interface SimulatorOptions {
  hostId: string;
  /** This host's alone; made when missing. */
  stateDir: string;
  facts?: Partial<Pick<HostFacts, 'cpuCount' | 'cpuMhz' | 'memoryMib'>>;
  poolCapacityBytes?: number;
  /** Keeps what each guest did and when, for tests that look at every moment (`read-simulated-hosts.ts`). The file grows with every call. */
  keepsHistory?: boolean;
  /** How long each call takes; none by default. */
  latency?: Latency;
  clock: SimulatorClock;
  /** SHA-256 sums of images that some host of this process has already seen whole: others take them as fetched. */
  verifiedImages?: Set<string>;
}

/** What tests do to a simulated host behind the platform's back. */
export interface SimulatorControl {
  /** The guest stops by itself; watchers are told. */
  stopGuest(instanceId: string): void;
  /** Every instance the host remembers, removed ones too. */
  list(): SimulatedGuest[];
  /** Forgets everything, as a host does that was installed anew. */
  clear(): void;
  /** From now on no sentinel of this instance's name has an effect. */
  repair(instanceId: string): void;
}

export interface SimulatorDriver extends HypervisorDriver {
  readonly control: SimulatorControl;
}

/**
 * A host that only pretends: no guest runs, everything else is as on a real one. Calls take seeded times, names ask for faults
 * (`faults.ts`), and what it knows lies in `<stateDir>/journal.jsonl`, so that it is all there after the process was killed.
 * Thousands fit in one process. Must pass the same contract as libvirt.
 */
export function createSimulatorDriver(options: SimulatorOptions): SimulatorDriver {
  const { clock } = options;
  const state = openSimulatedState(join(options.stateDir, 'journal.jsonl'), { keepsHistory: options.keepsHistory ?? false });
  const withLock = createKeyedLock();
  const watchers = createWatchers();
  const consoles = createSimulatedConsoles();
  const faults = createFaults(clock);
  const nextLatencyMs = createLatency(options.latency ?? { seed: 0, minMs: 0, maxMs: 0 }, options.hostId);

  async function pretendWork(signal: AbortSignal, what: string): Promise<void> {
    const ms = nextLatencyMs();
    if (ms > 0 || signal.aborted) await clock.sleep(ms, signal, what);
  }
  const note = (guest: SimulatedGuest) => state.journal.put({ ...guest, at: Date.now() });
  function put(guest: SimulatedGuest, change: Partial<SimulatedGuest>): SimulatedGuest {
    const changed = { ...guest, ...change };
    note(changed);
    if (changed.state !== guest.state && changed.state === 'stopped') consoles.end(guest.id);
    if (changed.state !== guest.state) watchers.onEvent({ instanceId: guest.id, generation: changed.generation, state: changed.state });
    return changed;
  }
  function runningGuest(instanceId: string): SimulatedGuest {
    const guest = state.guest(instanceId);
    if (guest?.state === 'running') return guest;
    throw new DomainError('INVALID_STATE', `Instance ${instanceId} does not run on this host.`, { instanceId });
  }
  function assertFresh(spec: InstanceSpec): void {
    const known = state.guest(spec.instanceId);
    if (known && spec.generation < known.generation) {
      throw new DomainError(
        'STALE_GENERATION',
        `Instance ${spec.name} was claimed anew: generation ${spec.generation} is older than ${known.generation}`,
        {
          instanceId: spec.instanceId,
          generation: spec.generation,
          seenGeneration: known.generation,
        },
      );
    }
  }
  async function start(spec: InstanceSpec, callOptions: CallOptions): Promise<GuestInfo> {
    assertFresh(spec);
    for (const volume of spec.volumes) storage.assertVolume(volume);
    const known = state.guest(spec.instanceId);
    const { instanceId, name, generation, cpuCount, memoryMib } = spec;
    let guest: SimulatedGuest = { kind: 'guest', id: instanceId, name, generation, state: 'stopped', isRemoved: false, cpuCount, memoryMib };
    if (known?.state === 'running') {
      if (known.generation === generation) return toInfo(known);
      put(known, { state: 'stopped' });
    }
    note(guest); // seen before it runs, so that an older one is refused even if this start fails
    await faults.onStart({ instanceId: guest.id, name, generation }, callOptions);
    guest = put(guest, { state: 'running', startedAt: Date.now() });
    if (hasSentinel(name, 'crash-')) void crash(guest);
    callOptions.onProgress(1);
    return toInfo(guest);
  }
  async function crash(guest: SimulatedGuest): Promise<void> {
    await clock.sleep(1000, new AbortController().signal, `the crash of ${guest.name}`);
    const now = state.guest(guest.id);
    if (now?.state === 'running' && now.generation === guest.generation) put(now, { state: 'stopped' });
  }
  /** Waits for the guest to obey its power button; true when it had to be forced. */
  async function pressPowerButton(guest: SimulatedGuest, graceMs: number, signal: AbortSignal): Promise<boolean> {
    if (graceMs === 0) return true;
    if (!hasSentinel(guest.name, 'stubborn-')) return false;
    await clock.sleep(graceMs, signal, `the stop of ${guest.name}`);
    return true;
  }
  const storage = createSimulatedStorage({ state, withLock, pretendWork, ...pickStorage(options) });

  return {
    kind: 'simulator',
    abilities: new Set(['screen', 'serial']),
    probe: async ({ signal }) => {
      await pretendWork(signal, 'the look at the host');
      return {
        hypervisor: 'simulator',
        acceleration: 'simulated',
        accelerationReason: 'A simulated host runs no guests',
        cpuCount: 32,
        cpuMhz: 2400,
        memoryMib: 131_072,
        versions: { simulator: '1' },
        checks: [{ name: 'guests', state: 'ok', what: 'They are simulated', help: null }],
        ...options.facts,
      };
    },
    describePool: storage.describePool,
    ensureTemplate: storage.ensureTemplate,
    ensureVolume: storage.ensureVolume,
    removeVolume: storage.removeVolume,
    ensureInstance: (spec, callOptions) =>
      withLock(spec.instanceId, callOptions.signal, async () => {
        await pretendWork(callOptions.signal, `the start of ${spec.name}`);
        return start(spec, callOptions);
      }),
    stopInstance: (instanceId, graceMs, { signal }) =>
      withLock(instanceId, signal, async () => {
        await pretendWork(signal, `the stop of instance ${instanceId}`);
        const guest = state.guest(instanceId);
        if (guest?.state !== 'running') return { wasForced: false };
        faults.onStop({ instanceId, name: guest.name });
        const wasForced = await pressPowerButton(guest, graceMs, signal);
        const now = state.guest(instanceId); // it may have stopped by itself meanwhile
        if (now?.state === 'running') put(now, { state: 'stopped' });
        return { wasForced };
      }),
    rebootInstance: (spec, graceMs, callOptions) =>
      withLock(spec.instanceId, callOptions.signal, async () => {
        await pretendWork(callOptions.signal, `the reboot of ${spec.name}`);
        assertFresh(spec);
        const guest = state.guest(spec.instanceId);
        const isRunning = guest?.state === 'running' && guest.generation === spec.generation;
        const wasForced = isRunning ? await pressPowerButton(guest, graceMs, callOptions.signal) : false;
        await start(spec, callOptions);
        return { wasForced };
      }),
    removeInstance: (instanceId, generation, { signal }) =>
      withLock(instanceId, signal, async () => {
        await pretendWork(signal, `the removal of instance ${instanceId}`);
        const known = state.guest(instanceId);
        if (known && known.generation > generation) return; // that one is gone already; a newer claim's guest stays
        if (known && !known.isRemoved) faults.onRemove({ instanceId, name: known.name });
        if (known?.state === 'running') put(known, { state: 'stopped' });
        note({ kind: 'guest', id: instanceId, name: known?.name ?? '', generation, state: 'stopped', isRemoved: true });
      }),
    findInstance: async (instanceId) => {
      const guest = state.guest(instanceId);
      return guest && !guest.isRemoved ? toInfo(guest) : undefined;
    },
    listInstances: async () =>
      state
        .guests()
        .filter((guest) => !guest.isRemoved)
        .map(toInfo),
    readCounters: async () => {
      const running = state.guests().filter((guest) => guest.state === 'running');
      return running.map((guest) => simulatedCounters(guest, Date.now()));
    },
    watch: (callbacks, signal) => {
      const watching = watchers.add(callbacks, signal);
      callbacks.onGap();
      return watching;
    },
    openConsole: async (instanceId, kind) => consoles.open(runningGuest(instanceId), kind),
    takeScreenshot: async (instanceId) => consoles.takeScreenshot(runningGuest(instanceId)),
    control: {
      stopGuest: (instanceId) => {
        const guest = state.guest(instanceId);
        if (guest) put(guest, { state: 'stopped' });
      },
      list: () => state.guests(),
      clear: () => state.journal.clear(),
      repair: faults.repair,
    },
  };
}

function toInfo(guest: SimulatedGuest): GuestInfo {
  return { instanceId: guest.id, generation: guest.generation, state: guest.state };
}

function pickStorage({ poolCapacityBytes = 10 * 1024 ** 4, verifiedImages = new Set<string>() }: SimulatorOptions) {
  return { poolCapacityBytes, verifiedImages };
}
