import { open, seal, type KeyRing } from '@nephos/secrets/key-ring';

// People put passwords and tokens into user data, so it lies encrypted in its instance's row, and is opened only for the host
// that holds the claim of the instance's router, and for a retry of the deploy.

export function sealUserData(keys: KeyRing, instanceId: string, userData: string): string {
  return seal(keys, Buffer.from(userData, 'utf8'), `user-data/${instanceId}`).toString('base64');
}

export function openUserData(keys: KeyRing, instanceId: string, sealed: string): string {
  return open(keys, Buffer.from(sealed, 'base64'), `user-data/${instanceId}`).toString('utf8');
}
