import type { Duplex } from 'node:stream';
import type { HostCheck } from '@nephos/contracts/agent.schema';
import type { DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import type { CallOptions } from './hypervisor-driver.ts';

/**
 * What the platform asks of a host's networking. Verbs take the whole desired state and are safe to repeat; a state with an
 * older revision than the one applied succeeds and changes nothing. Calls may come late and in any order, so **a removal is final**:
 * whoever comes after it was claimed anew and has a higher generation (routers) or revision (networks), and anything else is what
 * somebody asked for before the removal. It throws STALE_GENERATION and makes nothing, also after a restart of the driver, and also
 * where the removal found nothing. `contract/network-contract.ts` says the same as tests.
 * All failures are DomainErrors (NETWORK_FAILED names the tool and what it printed; STALE_GENERATION).
 */
export interface NetworkDriver {
  /** What the host needs to carry networks and routers, and whether it has that. Never throws. */
  probe(options: CallOptions): Promise<HostCheck[]>;

  /**
   * The bridge and its tunnels exist as wanted. Guests' NICs join the bridge `bridgeName(vni)`.
   * Throws STALE_GENERATION for a revision up to the newest at which the network was removed here, whatever its VNI was.
   */
  ensureNetwork(desired: DesiredNetwork, options: CallOptions): Promise<void>;
  /** Final for this revision and all before. Changes nothing when a newer revision than this is applied: then somebody has come since. */
  removeNetwork(network: { networkId: string; vni: number; revision: number }, options: CallOptions): Promise<void>;
  /** The networks that are carried here, with the revision they were last made from. */
  listNetworks(): Promise<{ networkId: string; vni: number; revision: number }[]>;

  /**
   * The router runs with exactly this state when this returns: applied atomically, then read back. Its `network` is ensured too.
   * A newer generation is applied whatever its revision is: the revisions of a claim that is over count no more.
   * Throws STALE_GENERATION for a generation older than one seen, or whose removal was asked for, and for a `network` that was removed.
   */
  ensureRouter(desired: DesiredRouter, options: CallOptions): Promise<{ appliedRevision: number }>;
  /** Final for this generation and all before, from its first step on. Changes nothing when a newer generation was seen. */
  removeRouter(router: { routerId: string; generation: number }, options: CallOptions): Promise<void>;
  /** The routers that run here, with the revision they run; 0 for one whose apply or removal broke off, or of which something died. */
  listRouters(): Promise<{ routerId: string; generation: number; appliedRevision: number }[]>;

  /** A TCP connection to a guest's port from inside the router's network. Throws HOST_UNREACHABLE when nothing answers within 10 s. */
  dial(router: { routerId: string }, ip: string, port: number, signal: AbortSignal): Promise<Duplex>;
}

/** Linux interface names hold 15 characters; a VNI has at most 8 digits. */
export function bridgeName(vni: number): string {
  return `nbr${vni}`;
}
