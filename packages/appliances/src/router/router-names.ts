import { createHash } from 'node:crypto';

export interface RouterNames {
  namespace: string;
  /** The host's ends of the two cables; the router's own ends are called `guest` and `public`. */
  guestPort: string;
  publicPort: string;
  guestMac: string;
  publicMac: string;
}

/**
 * What a router's parts are called on a host: interface names hold 15 characters, and ids made in the same minute begin alike, so a digest stands for the id.
 * The MACs depend on the router alone: on another host it keeps them, and its neighbours' ARP tables stay right.
 */
export function routerNames(routerId: string): RouterNames {
  const digest = createHash('sha256').update(routerId).digest('hex');
  const short = digest.slice(0, 10);
  const mac = (side: string): string => `${side}:${digest.slice(10, 20).match(/../g)?.join(':')}`;
  return { namespace: `nr-${short}`, guestPort: `nrg${short}`, publicPort: `nrp${short}`, guestMac: mac('06'), publicMac: mac('0a') };
}
