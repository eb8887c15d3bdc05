import { createRouterRunner } from '@nephos/appliances/router/router-runner';
import { routerNames } from '@nephos/appliances/router/router-names';
import { createKeyedLock } from '../keyed-lock.ts';
import { bridgeName, type NetworkDriver } from '../network-driver.ts';
import { dialInNamespace } from './dial.ts';
import { ensureGuestNetwork, removeGuestNetwork } from './guest-network.ts';

export interface LinuxNetworkOptions {
  /** What was applied here, and the secrets it carries: root's alone, kept over restarts of the agent. */
  stateDir: string;
  /** The bridge that leads to the public network; it exists already. */
  publicBridge: string;
  /** The interface that carries the tunnels, where the routing table alone wouldn't choose it. */
  managementInterface?: string;
}

/**
 * Guest networks and virtual routers of this Linux host: bridges, unicast VXLAN and network namespaces, driven by ip(8), bridge(8) and nft(8).
 * Routers outlive the agent. After its start the agent applies every network and router it is to carry once more, whatever their revision:
 * that adopts what runs, repairs what died meanwhile, and brings all back after a reboot.
 */
export function createLinuxNetwork({ stateDir, publicBridge, managementInterface }: LinuxNetworkOptions): NetworkDriver {
  const runner = createRouterRunner({ stateDir, publicBridge });
  const alone = createKeyedLock();
  const ofNetwork = (vni: number): string => `network ${vni}`;
  const ofRouter = (routerId: string): string => `router ${routerId}`;

  return {
    ensureNetwork: (desired, { signal }) => (
      alone(ofNetwork(desired.vni), signal, () => ensureGuestNetwork(desired, stateDir, { signal }, managementInterface))
    ),
    removeNetwork: (network, { signal }) => alone(ofNetwork(network.vni), signal, () => removeGuestNetwork(network, stateDir, { signal })),

    ensureRouter: (desired, { signal }) => alone(ofRouter(desired.routerId), signal, async () => {
      const { network } = desired;
      await alone(ofNetwork(network.vni), signal, () => ensureGuestNetwork(network, stateDir, { signal }, managementInterface));
      return runner.ensure(desired, bridgeName(network.vni), signal);
    }),
    removeRouter: (router, { signal }) => alone(ofRouter(router.routerId), signal, () => runner.remove(router, signal)),
    listRouters: () => runner.list(),

    dial: ({ routerId }, ip, port, signal) => dialInNamespace(routerNames(routerId).namespace, ip, port, signal),
  };
}
