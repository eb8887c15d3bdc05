import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptReport, CarriedNetwork, HostReport } from '@nephos/contracts/agent.schema';
import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import { checkClock, checkPool } from '@nephos/drivers/host-check';
import type { GuestEvent, HostFacts, HypervisorDriver } from '@nephos/drivers/hypervisor-driver';
import type { Logger } from '@nephos/log/log';
import { newId } from '@nephos/model/id';
import type { ControlPlane } from './control-plane.ts';

/** What happens within this time goes in one report. */
const GATHER_MS = 50;
const FULL_EVERY_MS = 15_000;
const RETRY_MAX_MS = 15_000;
/** While the control plane is away; older attempts are dropped first, their end is in Temporal. */
const KEPT_ATTEMPTS_MAX = 5_000;
const ATTEMPTS_PER_REPORT = 500;

export interface Reporter {
  /** Everything the host knows, now; resolves when it was told and what must not run has been ended. */
  reportFully(): Promise<void>;
  noteGuest(event: GuestEvent): void;
  noteAttempt(attempt: AttemptReport): void;
  /** Reports from now on, until the signal aborts. */
  run(): Promise<void>;
}

interface Parts {
  controlPlane: ControlPlane;
  hypervisor: HypervisorDriver;
  listNetworks: () => Promise<CarriedNetwork[]>;
  /** What of this host's networks is not as it should be: made from an older state, or used by nothing here. */
  onNetworks: (changes: { networks: DesiredNetwork[]; strays: CarriedNetwork[] }) => Promise<void>;
  /** With each full report this host puts right what it can by itself. */
  onFull: () => Promise<void>;
  facts: HostFacts;
  /** Of this host's pools when the agent started; with each full report it is told those of now. */
  poolPaths: readonly string[];
  /** The control plane had given this host up; now it should look at what it is to carry. */
  onReturn: () => Promise<void>;
  agentVersion: string;
  signal: AbortSignal;
  log: Logger;
}

/** Tells the control plane what happens, at once and in order, and everything every 15 seconds; nothing is lost while it is away. */
export function createReporter({
  controlPlane,
  hypervisor,
  listNetworks,
  onNetworks,
  onFull,
  facts,
  poolPaths: firstPoolPaths,
  onReturn,
  agentVersion,
  signal,
  log,
}: Parts): Reporter {
  let poolPaths = firstPoolPaths;
  const bootId = newId();
  const guests = new Map<string, GuestEvent>();
  const attempts = new Map<string, AttemptReport>();
  let isFullDue = false;
  let wake = Promise.withResolvers<void>();

  /** What was noted and not told yet. */
  function takeNoted(): Pick<HostReport, 'attempts' | 'guests'> {
    const told = [...attempts.values()].slice(0, ATTEMPTS_PER_REPORT);
    for (const attempt of told) attempts.delete(keyOf(attempt));
    const events = [...guests.values()];
    guests.clear();
    return { attempts: told, guests: events };
  }
  async function lookAround(): Promise<Pick<HostReport, 'guests' | 'facts' | 'pools' | 'networks'>> {
    const pools = await Promise.all(poolPaths.map((path) => hypervisor.describePool(path)));
    const checks = [...facts.checks, ...pools.map(checkPool), ...checkClock(controlPlane.clockAheadMs())];
    return {
      guests: await hypervisor.listInstances(),
      networks: await listNetworks(),
      facts: { ...factsOf(facts, hypervisor), checks },
      pools,
    };
  }

  let sending = Promise.resolve();
  /** One report after the other, so that they arrive in the order in which they were true. */
  function send(isFull: boolean): Promise<void> {
    sending = sending.then(async () => {
      if (isFull && guests.size > 0) await sendNow(false); // what happened is believed at once; a list may be older than what the records know
      await sendNow(isFull);
    });
    return sending;
  }

  /** A pool that is new here is looked at in a report that follows at once: until then nothing is placed on it. */
  function notePools(paths: readonly string[]): void {
    const isNew = paths.some((path) => !poolPaths.includes(path));
    poolPaths = paths;
    if (!isNew) return;
    isFullDue = true;
    wake.resolve();
  }

  /** Sends one report, however long it takes. A full one is looked up anew at each try: what was true before a gap may not be after it. */
  async function sendNow(isFull: boolean): Promise<void> {
    const noted = takeNoted();
    for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      try {
        const report = { bootId, agentVersion, isFull, ...noted, ...(isFull && (await lookAround())) };
        const { stale, wasAway, networks, strays, poolPaths: now } = await controlPlane.report(report, signal);
        for (const guest of stale) await endStale(guest);
        if (networks.length > 0 || strays.length > 0) await onNetworks({ networks, strays });
        if (wasAway) await onReturn();
        if (now) notePools(now);
        if (isFull) await onFull();
        return;
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, 'a report could not be made or did not arrive; trying again'); // the hypervisor may be away too
        await sleep(delayMs, undefined, { signal }).catch(() => undefined); // it keeps the process: at the start nothing else does yet
      }
    }
  }

  /** A guest whose claim is another's or nobody's: it is ended before this host takes any work. */
  async function endStale({ instanceId, generation }: { instanceId: string; generation: number }): Promise<void> {
    log.warn({ instanceId, count: generation }, 'ending a guest that has no claim on this host any more');
    await hypervisor.removeInstance(instanceId, generation, { signal, onProgress: () => undefined });
  }

  return {
    reportFully: () => send(true),
    noteGuest: (event) => {
      guests.set(event.instanceId, event);
      wake.resolve();
    },
    noteAttempt: (attempt) => {
      attempts.set(keyOf(attempt), attempt);
      if (attempts.size > KEPT_ATTEMPTS_MAX) attempts.delete(attempts.keys().next().value ?? '');
      wake.resolve();
    },
    run: async () => {
      const timer = setInterval(
        () => {
          isFullDue = true;
          wake.resolve();
        },
        FULL_EVERY_MS * (0.9 + Math.random() * 0.2),
      ); // hosts that started together must not report together
      signal.addEventListener('abort', () => wake.resolve());
      while (!signal.aborted) {
        await wake.promise;
        await sleep(GATHER_MS);
        wake = Promise.withResolvers();
        const isFull = isFullDue;
        isFullDue = false;
        if (!signal.aborted) await send(isFull);
        if (attempts.size > 0 || guests.size > 0) wake.resolve();
      }
      clearInterval(timer);
    },
  };
}

function keyOf({ operationId, activityId, attempt }: AttemptReport): string {
  return `${operationId}/${activityId}/${attempt}`;
}

function factsOf({ acceleration, accelerationReason, cpuCount, cpuMhz, memoryMib, versions }: HostFacts, { abilities }: HypervisorDriver) {
  return { acceleration, accelerationReason, cpuCount, cpuMhz, memoryMib, versions, abilities: [...abilities] };
}
