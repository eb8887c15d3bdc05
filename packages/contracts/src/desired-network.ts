import { z } from 'zod';

/** One host's share of a guest network: a bridge, joined to the other hosts by unicast VXLAN (RFC 7348). */
export const desiredNetworkSchema = z.object({
  networkId: z.uuid(),
  /** Rises with every change of the network or of who takes part; an agent never goes back. */
  revision: z.int(),
  vni: z.int().min(1).max(16_777_215),
  /** MTU of the guests' side, in bytes: the underlay's less 50 for VXLAN. */
  mtu: z.int(),
  /** This host's own end of the tunnels. */
  localIp: z.ipv4(),
  /** The other hosts that carry this network. */
  peerIps: z.array(z.ipv4()),
});
export type DesiredNetwork = z.output<typeof desiredNetworkSchema>;

/** What the router's DHCP, DNS and metadata services know of one guest. */
export const desiredGuestSchema = z.object({
  instanceId: z.uuid(),
  hostname: z.string(),
  macAddress: z.string(),
  ip: z.ipv4(),
  sshPublicKey: z.string().optional(),
  /** Base64 of the user data as the tenant gave it. */
  userData: z.string().optional(),
  /** Handed to the guest once, then forgotten by the router (CloudStack's password service). */
  password: z.string().optional(),
  computeOffering: z.string(),
  zone: z.string(),
});
export type DesiredGuest = z.output<typeof desiredGuestSchema>;

/**
 * The whole wanted state of a virtual router. Configuration is generated from it whole and applied atomically; there are no deltas.
 * It carries secrets (passwords, user data), so it is fetched from the API by the host that holds the router's claim, and is never in a payload or a log.
 */
export const desiredRouterSchema = z.object({
  routerId: z.uuid(),
  /** Rises with every claim of a host for this router; an agent refuses an older one. */
  generation: z.int(),
  /** The network's revision that this state describes. */
  revision: z.int(),
  network: desiredNetworkSchema,
  /** Guest side: the router's own address, which is also the guests' gateway, DNS and metadata server. */
  guest: z.object({ ip: z.ipv4(), prefixLength: z.int(), dnsDomain: z.string() }),
  /** Public side: absent for a network without a way out. */
  public: z.object({ ip: z.ipv4(), prefixLength: z.int(), gateway: z.ipv4().optional() }).optional(),
  /** Where the router's DNS forwards to; empty: only the network's own names are answered. */
  dnsServers: z.array(z.ipv4()),
  guests: z.array(desiredGuestSchema),
});
export type DesiredRouter = z.output<typeof desiredRouterSchema>;
