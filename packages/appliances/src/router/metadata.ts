import { createHash } from 'node:crypto';
import type { DesiredGuest, DesiredRouter } from '@nephos/contracts/desired-network';

/** Everything the metadata service answers to one guest: one file per guest, named by its address. */
export interface GuestPages {
  /** Path below the version (`/latest/`), without a leading slash → text. */
  texts: Record<string, string>;
  /** Base64, absent when the tenant gave none: then the guest must get a 404. */
  userData?: string;
  /** Names the file that holds the password; absent when there is none. */
  passwordId?: string;
}

/**
 * The pages of one guest as cloud-init's CloudStack and EC2-style data sources ask for them. The list names only what is served: one listed
 * name that answers 404 makes cloud-init drop them all. `public-keys` is a plain leaf there, and EC2's `public-keys/0/openssh-key` is answered too.
 */
export function guestPages(router: DesiredRouter, guest: DesiredGuest): GuestPages {
  const leaves: Record<string, string> = {
    'service-offering': guest.computeOffering,
    'availability-zone': guest.zone,
    'local-ipv4': guest.ip,
    'local-hostname': guest.hostname,
    ...(router.public && { 'public-ipv4': router.public.ip, 'public-hostname': router.public.ip }),
    'instance-id': guest.instanceId,
    'vm-id': guest.instanceId,
    ...(guest.sshPublicKey !== undefined && { 'public-keys': guest.sshPublicKey }),
  };
  const texts: Record<string, string> = {
    '': guest.userData === undefined ? 'meta-data\n' : 'meta-data\nuser-data\n',
    'meta-data/': `${Object.keys(leaves).join('\n')}\n`,
  };
  for (const [name, text] of Object.entries(leaves)) texts[`meta-data/${name}`] = text;
  if (guest.sshPublicKey !== undefined) {
    texts['meta-data/public-keys/'] = '0=nephos\n';
    texts['meta-data/public-keys/0/'] = 'openssh-key\n';
    texts['meta-data/public-keys/0/openssh-key'] = guest.sshPublicKey;
  }
  return {
    texts,
    ...(guest.userData !== undefined && { userData: guest.userData }),
    ...(guest.password !== undefined && { passwordId: passwordId(guest.instanceId, guest.password) }),
  };
}

/** Tells one password of one instance from the next, so that "taken" is remembered without keeping the password. */
export function passwordId(instanceId: string, password: string): string {
  return createHash('sha256').update(`${instanceId}\0${password}`).digest('hex');
}
