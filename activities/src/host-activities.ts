import type { DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import type { InstanceSpec, VolumeSpec } from '@nephos/contracts/instance-spec';
import type { FetchTemplate, HypervisorDriver } from '@nephos/drivers/hypervisor-driver';
import type { NetworkDriver } from '@nephos/drivers/network-driver';
import { DomainError } from '@nephos/model/errors';
import { onThisHost } from './lib/host-call.ts';

export interface HostParts {
  hypervisor: HypervisorDriver;
  network: NetworkDriver;
  /** Bytes of templates, from the control plane's image store. */
  fetchTemplate: FetchTemplate;
  /** The router's whole wanted state with its secrets; the control plane gives it only to the host that holds the router's claim. */
  fetchRouter: (routerId: string, signal: AbortSignal) => Promise<DesiredRouter>;
}

type InstanceRef = { instanceId: string };
type RouterRef = { routerId: string; generation: number };

/** What the agent of one host does for operations. Each reads back before it acts, so each can be repeated. */
export function createHostActivities({ hypervisor, network, fetchTemplate, fetchRouter }: HostParts) {
  return {
    prepareVolume: (volume: VolumeSpec): Promise<void> =>
      onThisHost(async (options) => {
        await hypervisor.ensureTemplate(volume.template, volume.poolPath, fetchTemplate, options);
        await hypervisor.ensureVolume(volume, options);
      }),
    removeVolume: (volume: { volumeId: string; poolPath: string }): Promise<void> =>
      onThisHost((options) => hypervisor.removeVolume(volume, options)),
    ensureInstance: (spec: InstanceSpec) => onThisHost((options) => hypervisor.ensureInstance(spec, options)),
    stopInstance: ({ instanceId, graceMs }: InstanceRef & { graceMs: number }) =>
      onThisHost((options) => hypervisor.stopInstance(instanceId, graceMs, options)),
    rebootInstance: ({ spec, graceMs }: { spec: InstanceSpec; graceMs: number }) =>
      onThisHost((options) => hypervisor.rebootInstance(spec, graceMs, options)),
    removeInstance: ({ instanceId, generation }: InstanceRef & { generation: number }): Promise<void> =>
      onThisHost((options) => hypervisor.removeInstance(instanceId, generation, options)),
    findInstance: ({ instanceId }: InstanceRef) => onThisHost(async () => (await hypervisor.findInstance(instanceId)) ?? null),
    ensureNetwork: (desired: DesiredNetwork): Promise<void> => onThisHost((options) => network.ensureNetwork(desired, options)),
    removeNetwork: (ref: { networkId: string; vni: number; revision: number }): Promise<void> =>
      onThisHost((options) => network.removeNetwork(ref, options)),
    /** `revision` is the least that must be applied; what is fetched may be newer. */
    ensureRouter: ({ routerId }: RouterRef & { revision: number }) =>
      onThisHost(async (options) => network.ensureRouter(await fetchRouter(routerId, options.signal), options)),
    /** Tells a router of a change that it can do without: one that is being removed, or has no claim here any more, needs no telling. */
    refreshRouter: ({ routerId }: RouterRef): Promise<void> =>
      onThisHost(async (options) => {
        await unlessGone(async () => void (await network.ensureRouter(await fetchRouter(routerId, options.signal), options)));
      }),
    removeRouter: (router: RouterRef): Promise<void> => onThisHost((options) => network.removeRouter(router, options)),
    /** For workflows/src/floor. */
    doNothing: (): Promise<void> => onThisHost(async () => undefined),
  };
}
export type HostActivities = ReturnType<typeof createHostActivities>;

/** Word of a change comes late where a thing has been removed, or has no claim here any more. */
async function unlessGone(tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!(error instanceof DomainError) || (error.code !== 'NOT_FOUND' && error.code !== 'STALE_GENERATION')) throw error;
  }
}
