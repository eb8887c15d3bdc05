import type { Duplex } from 'node:stream';
import type { DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import type { CallOptions } from './hypervisor-driver.ts';

/**
 * What the platform asks of a host's networking. Verbs take the whole desired state and are safe to repeat; a state with an
 * older revision than the one applied succeeds and changes nothing. All failures are DomainErrors (NETWORK_FAILED names the
 * tool and what it printed; STALE_GENERATION for a router whose claim is older than one seen).
 */
export interface NetworkDriver {
  /** The bridge and its tunnels exist as wanted. Guests' NICs join the bridge `bridgeName(vni)`. */
  ensureNetwork(desired: DesiredNetwork, options: CallOptions): Promise<void>;
  /** Changes nothing when a newer revision than this is applied: then somebody has come since. */
  removeNetwork(network: { networkId: string; vni: number; revision: number }, options: CallOptions): Promise<void>;

  /** The router runs with exactly this state when this returns: applied atomically, then read back. */
  ensureRouter(desired: DesiredRouter, options: CallOptions): Promise<{ appliedRevision: number }>;
  removeRouter(router: { routerId: string; generation: number }, options: CallOptions): Promise<void>;
  /** The routers that run here, with the revision they run. */
  listRouters(): Promise<{ routerId: string; generation: number; appliedRevision: number }[]>;

  /** A TCP connection to a guest's port from inside the router's network. Throws HOST_UNREACHABLE when nothing answers within 10 s. */
  dial(router: { routerId: string }, ip: string, port: number, signal: AbortSignal): Promise<Duplex>;
}

/** Linux interface names hold 15 characters; a VNI has at most 8 digits. */
export function bridgeName(vni: number): string {
  return `nbr${vni}`;
}
