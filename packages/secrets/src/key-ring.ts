import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { DomainError } from '@nephos/model/errors';

/** Keys of 32 bytes by their id; as key objects, which cost a cipher a quarter of what bytes do. New texts use `current`; older ones are still read by the id they carry. */
export interface KeyRing {
  current: string;
  keys: Record<string, KeyObject>;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** One new key. Its id tells it from those of other rings. */
export function freshRing(id = `k${randomBytes(4).toString('hex')}`): KeyRing {
  return { current: id, keys: { [id]: createSecretKey(randomBytes(KEY_BYTES)) } };
}

/** AES-256-GCM. The key's id leads the text, in the clear; `context` must be the same when it is opened. */
export function seal(ring: KeyRing, plain: Uint8Array, context = ''): Buffer {
  const id = Buffer.from(ring.current, 'utf8');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(ring, ring.current), nonce);
  cipher.setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([Buffer.from([id.length]), id, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws UNEXPECTED when the text was changed, belongs to another context, or its key is not here. */
export function open(ring: KeyRing, sealed: Uint8Array, context = ''): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const idEnd = 1 + (bytes[0] ?? 0);
  const nonceEnd = idEnd + NONCE_BYTES;
  const keyId = bytes.subarray(1, idEnd).toString('utf8');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(ring, keyId), bytes.subarray(idEnd, nonceEnd));
  decipher.setAAD(Buffer.from(context, 'utf8'));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceEnd, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new DomainError('UNEXPECTED', 'An encrypted value could not be opened: it was changed, or belongs elsewhere.', { keyId }, { cause });
  }
}

function keyOf(ring: KeyRing, id: string): KeyObject {
  const key = ring.keys[id];
  if (!key) throw new DomainError('UNEXPECTED', `An encrypted value names key ${id}, which is not in the key file.`, { keyId: id });
  return key;
}
