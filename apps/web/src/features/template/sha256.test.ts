import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSha256 } from './sha256.ts';

describe('SHA-256 of bytes as they come', () => {
  it('is what everybody else says, whatever the length and the pieces', () => {
    for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1_000, 100_003]) {
      const bytes = randomBytes(length);
      for (const piece of [1, 7, 64, 1_000, 200_000]) {
        const hash = createSha256();
        for (let at = 0; at < length; at += piece) hash.update(bytes.subarray(at, at + piece));
        expect([length, piece, hash.hex()]).toEqual([length, piece, createHash('sha256').update(bytes).digest('hex')]);
        if (length > 1_000 && piece === 1) break;
      }
    }
  });
});
