import { createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyRing } from './key-ring.ts';

/**
 * The keys of one host, made from the cloud's (HKDF-SHA256, RFC 5869) under the same ids: whoever has the cloud's can make them at any
 * time, and from one host's follow neither the cloud's nor another host's.
 */
export function hostRing(ring: KeyRing, hostId: string): KeyRing {
  const derived = Object.entries(ring.keys).map(([id, key]) => {
    const bytes = hkdfSync('sha256', key, Buffer.alloc(0), `nephos payloads of host ${hostId}`, 32);
    return [id, createSecretKey(Buffer.from(bytes))] as const;
  });
  return { current: ring.current, keys: Object.fromEntries(derived) };
}
