import { createRouterRunner } from '@nephos/appliances/router/router-runner';
import { routerNames } from '@nephos/appliances/router/router-names';
import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import { createKeyedLock } from '../keyed-lock.ts';
import { bridgeName, type NetworkDriver } from '../network-driver.ts';
import { dialInNamespace } from './dial.ts';
import { checkLinuxNetwork } from './network-checks.ts';
import { ensureGuestNetwork, listGuestNetworks, removeGuestNetwork } from './guest-network.ts';

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
  const withRouter = <T>(routerId: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> => alone(`router ${routerId}`, signal, work);
  /** A network may come back under another number, and a number goes to another network, so both are locked: the id first. */
  const withNetwork = ({ networkId, vni }: { networkId: string; vni: number }, signal: AbortSignal, work: () => Promise<void>): Promise<void> =>
    alone(`network ${networkId}`, signal, () => alone(`VNI ${vni}`, signal, work));
  const ensureNetwork = (desired: DesiredNetwork, signal: AbortSignal): Promise<void> =>
    withNetwork(desired, signal, () => ensureGuestNetwork(desired, stateDir, { signal }, managementInterface));

  return {
    probe: ({ signal }) => checkLinuxNetwork({ publicBridge, signal }),
    ensureNetwork: (desired, { signal }) => ensureNetwork(desired, signal),
    removeNetwork: (network, { signal }) => withNetwork(network, signal, () => removeGuestNetwork(network, stateDir, { signal })),
    listNetworks: () => listGuestNetworks(stateDir),

    ensureRouter: (desired, { signal }) =>
      withRouter(desired.routerId, signal, () =>
        runner.ensure(
          desired,
          async () => {
            await ensureNetwork(desired.network, signal);
            return bridgeName(desired.network.vni);
          },
          signal,
        ),
      ),
    removeRouter: (router, { signal }) => withRouter(router.routerId, signal, () => runner.remove(router, signal)),
    listRouters: () => runner.list(),

    dial: ({ routerId }, ip, port, signal) => dialInNamespace(routerNames(routerId).namespace, ip, port, signal),
  };
}
