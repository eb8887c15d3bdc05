import { setTimeout as sleep } from 'node:timers/promises';
import { createHostActivities } from '@nephos/activities/host-activities';
import { AGENT_CONTRACT, spokenHeaders, type Spoken } from '@nephos/contracts/agent-contract';
import type { AgentConfig, CarriedNetwork, HostState } from '@nephos/contracts/agent.schema';
import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import { hostQueue } from '@nephos/contracts/queue';
import type { HypervisorDriver } from '@nephos/drivers/hypervisor-driver';
import type { NetworkDriver } from '@nephos/drivers/network-driver';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { ringFromJson } from '@nephos/secrets/key-file';
import { createDataConverter } from '@nephos/temporal-kit/data-converter';
import { hostWorkerOptions } from '@nephos/temporal-kit/worker-options';
import { NativeConnection, Worker } from '@temporalio/worker';
import { tellAttempts } from './attempts.interceptor.ts';
import { keepChannel } from './channel.ts';
import { connectControlPlane, type ControlPlane } from './control-plane.ts';
import { createReporter } from './reporter.ts';
import { createSampler } from './sampler.ts';

export interface HostAgent {
  /** Takes no more work, ends what it can within some seconds, and leaves guests and routers running. */
  stop(): Promise<void>;
}

interface Parts {
  config: AgentConfig;
  hypervisor: HypervisorDriver;
  network: NetworkDriver;
  agentVersion: string;
  /** How often guests' counters are read. */
  sampleEveryMs: number;
  /** What it speaks; tests give another. */
  spoken?: Spoken;
  log: Logger;
}

/**
 * The agent of one host. It first looks at the host, then brings its networks and routers to what they should be, then tells
 * everything and ends guests that have no claim here any more; only then does it take work. From there it reports what
 * happens as it happens. Guests, router daemons and bridges outlive it, and are found again at its next start.
 */
export async function startHostAgent({
  config,
  hypervisor,
  network,
  agentVersion,
  sampleEveryMs,
  spoken = AGENT_CONTRACT,
  log,
}: Parts): Promise<HostAgent> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const options = { signal, onProgress: () => undefined };
  const controlPlane = connectControlPlane(config, spoken);

  const [looked, networkChecks] = await Promise.all([hypervisor.probe(options), network.probe(options)]);
  const facts = { ...looked, checks: [...looked.checks, ...networkChecks] };
  for (const { name, state, what, help } of facts.checks)
    if (state !== 'ok') log.warn({ check: name, state, reason: what }, help ?? 'this host is not all that it could be');
  log.info({ hostName: config.hostName, kind: facts.acceleration, reason: facts.accelerationReason }, 'this host runs guests');
  const state = await untilAnswered(() => controlPlane.fetchState(signal), log, signal);
  await restore(state, controlPlane, network, signal, log);
  const onReturn = async () => {
    const now = await untilAnswered(() => controlPlane.fetchState(signal), log, signal);
    await restore(now, controlPlane, network, signal, log);
  };

  const ensureNetwork = (desired: DesiredNetwork) =>
    network.ensureNetwork(desired, options).catch((error: unknown) => {
      // Word of a change comes late where the host has left the network since.
      if (!(error instanceof DomainError) || error.code !== 'STALE_GENERATION')
        log.error({ networkId: desired.networkId, err: error }, 'a network could not be changed; the next full report tries again');
    });
  const onNetworks = async ({ networks, strays }: { networks: DesiredNetwork[]; strays: CarriedNetwork[] }) => {
    for (const desired of networks) await ensureNetwork(desired);
    for (const stray of strays) {
      log.warn({ networkId: stray.networkId }, 'removing a network that nothing on this host uses any more');
      await network
        .removeNetwork(stray, options)
        .catch((error: unknown) => log.error({ networkId: stray.networkId, err: error }, 'a network could not be removed'));
    }
  };

  /** What died of a router comes back within the time of a full report. */
  const repairRouters = async () => {
    for (const { routerId, appliedRevision } of await network.listRouters()) {
      if (appliedRevision > 0) continue;
      log.warn({ routerId }, 'a router is not whole; making it anew');
      await controlPlane
        .fetchRouter(routerId, signal)
        .then((desired) => network.ensureRouter(desired, options))
        .catch((error: unknown) => log.info({ routerId, err: error }, 'a router could not be made whole; it may be on its way out'));
    }
  };

  const reporter = createReporter({
    controlPlane,
    hypervisor,
    listNetworks: () => network.listNetworks(),
    onNetworks,
    onFull: repairRouters,
    facts,
    poolPaths: state.poolPaths,
    onReturn,
    agentVersion,
    signal,
    log,
  });
  await reporter.reportFully();
  const sampler = createSampler({ hypervisor, send: controlPlane.sendMetrics, everyMs: sampleEveryMs, signal, log });
  const watching = hypervisor.watch(
    {
      onEvent: (event) => {
        reporter.noteGuest(event);
        if (event.state === 'stopped' || event.state === 'gone') sampler.noteEnd(event.instanceId);
      },
      onGap: () => {
        void reporter.reportFully();
        sampler.noteGap();
      },
    },
    signal,
  );
  const reporting = reporter.run();
  const sampling = sampler.run();
  const channel = keepChannel({ config, spoken, hypervisor, network, onNetwork: (desired) => void ensureNetwork(desired), signal, log });

  const { host } = new URL(config.endpoint);
  const connection = await untilAnswered(
    () =>
      NativeConnection.connect({
        address: host,
        metadata: spokenHeaders(spoken, agentVersion),
        tls: {
          serverRootCACertificate: Buffer.from(config.caCertificate),
          clientCertPair: { crt: Buffer.from(config.certificate), key: Buffer.from(config.privateKey) },
        },
      }),
    log,
    signal,
  );
  const worker = await Worker.create({
    ...hostWorkerOptions({
      connection,
      dataConverter: createDataConverter(ringFromJson(config.payloadKeys)),
      taskQueue: hostQueue(config.hostId),
      activities: createHostActivities({ hypervisor, network, fetchTemplate: controlPlane.fetchTemplate, fetchRouter: controlPlane.fetchRouter }),
    }),
    identity: config.hostName,
    interceptors: { activity: [(context) => ({ inbound: tellAttempts(context, reporter.noteAttempt) })] },
  });
  const running = worker.run();
  log.info({ hostName: config.hostName, hostId: config.hostId }, 'taking work');

  return {
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      stopping.abort();
      await Promise.allSettled([watching, reporting, sampling, channel]);
      await connection.close();
      await controlPlane.close();
    },
  };
}

/** After a reboot of the host, or while the agent was away: every bridge, tunnel and router is made what it should be now. */
async function restore(state: HostState, controlPlane: ControlPlane, network: NetworkDriver, signal: AbortSignal, log: Logger): Promise<void> {
  const options = { signal, onProgress: () => undefined };
  for (const desired of state.networks) {
    await network
      .ensureNetwork(desired, options)
      .catch((error: unknown) => log.error({ networkId: desired.networkId, err: error }, 'a network could not be restored'));
  }
  for (const { routerId } of state.routers) {
    await controlPlane
      .fetchRouter(routerId, signal)
      .then((desired) => network.ensureRouter(desired, options))
      .catch((error: unknown) => log.error({ routerId, err: error }, 'a router could not be restored'));
  }
  const wanted = new Set(state.routers.map((router) => router.routerId));
  for (const router of await network.listRouters()) {
    // Asked again, one by one: a router may have been placed here since.
    if (wanted.has(router.routerId) || !(await isGone(controlPlane, router.routerId, signal))) continue;
    log.warn({ routerId: router.routerId }, 'removing a router that has no claim on this host any more');
    await network
      .removeRouter(router, options)
      .catch((error: unknown) => log.error({ routerId: router.routerId, err: error }, 'a router could not be removed'));
  }
}

async function isGone(controlPlane: ControlPlane, routerId: string, signal: AbortSignal): Promise<boolean> {
  return controlPlane.fetchRouter(routerId, signal).then(
    () => false,
    (error: unknown) => error instanceof DomainError && error.code === 'NOT_FOUND',
  );
}

async function untilAnswered<T>(ask: () => Promise<T>, log: Logger, signal: AbortSignal): Promise<T> {
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 10_000)) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const isUnfit = error instanceof DomainError && (error.code === 'AGENT_TOO_OLD' || error.code === 'AGENT_TOO_NEW');
      if (isUnfit) log.error({ err: error }, 'the control plane gives this agent no work; it is asked again');
      else log.info({ err: error }, 'the control plane does not answer yet');
      await sleep(delayMs, undefined, { signal });
    }
  }
}
