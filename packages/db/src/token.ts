import { createHash, randomBytes } from 'node:crypto';

/** A secret of 256 bits for a person or a program to show, and the hash that is kept of it. The prefix lets scanners of leaked secrets know it. */
export function newToken(kind: 'session' | 'key' | 'stream' | 'console' | 'join'): { token: string; tokenHash: string } {
  const token = `nephos_${kind}_${randomBytes(32).toString('base64url')}`;
  return { token, tokenHash: hashToken(token) };
}

/** A plain SHA-256 is enough for a secret that nobody can guess. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
