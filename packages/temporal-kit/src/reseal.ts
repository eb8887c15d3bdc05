import { open, seal, type KeyRing } from '@nephos/secrets/key-ring';
import { isSealed } from './payload-codec.ts';

/** Seals every payload in a message of Temporal's with other keys, wherever in it it is. Throws when one does not open. */
export function resealPayloads(message: unknown, from: KeyRing, to: KeyRing): void {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return;
  if (isSealed(message)) message.data = seal(to, open(from, message.data));
  else for (const part of Object.values(message)) resealPayloads(part, from, to);
}
