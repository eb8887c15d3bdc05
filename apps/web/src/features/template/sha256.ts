const BLOCK = 64;
const LENGTH_AT = 56;
const WORD = 2 ** 32;

/** The first 32 bits of the fractional parts of a root of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const found = new Uint32Array(count);
  for (let candidate = 2, at = 0; at < count; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) isPrime = false;
    if (isPrime) found[at++] = (root(candidate) % 1) * WORD;
  }
  return found;
}

const turn = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits));

/**
 * SHA-256 (FIPS 180-4) of bytes as they come: the browser's own takes a whole file at once, which one of some gigabytes is too big for.
 */
export function createSha256(): { update: (bytes: Uint8Array) => void; hex: () => string } {
  const constants = fractions(64, Math.cbrt);
  const state = fractions(8, Math.sqrt);
  const schedule = new Uint32Array(64);
  const rest = new Uint8Array(BLOCK);
  let restBytes = 0;
  let totalBytes = 0;

  function compress(bytes: Uint8Array, from: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset + from, BLOCK);
    for (let t = 0; t < 16; t++) schedule[t] = view.getUint32(t * 4);
    for (let t = 16; t < 64; t++) {
      const before = schedule[t - 15] ?? 0;
      const last = schedule[t - 2] ?? 0;
      const small0 = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3);
      const small1 = turn(last, 17) ^ turn(last, 19) ^ (last >>> 10);
      schedule[t] = (schedule[t - 16] ?? 0) + small0 + (schedule[t - 7] ?? 0) + small1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t++) {
      const first = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (constants[t] ?? 0) + (schedule[t] ?? 0)) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] = (state[at] ?? 0) + word;
  }

  return {
    update: (bytes) => {
      totalBytes += bytes.length;
      let at = 0;
      if (restBytes > 0) {
        at = Math.min(BLOCK - restBytes, bytes.length);
        rest.set(bytes.subarray(0, at), restBytes);
        restBytes += at;
        if (restBytes < BLOCK) return;
        compress(rest, 0);
        restBytes = 0;
      }
      for (; at + BLOCK <= bytes.length; at += BLOCK) compress(bytes, at);
      rest.set(bytes.subarray(at));
      restBytes = bytes.length - at;
    },
    hex: () => {
      rest.fill(0, restBytes);
      rest[restBytes] = 0x80;
      if (restBytes >= LENGTH_AT) {
        compress(rest, 0);
        rest.fill(0);
      }
      new DataView(rest.buffer).setBigUint64(LENGTH_AT, BigInt(totalBytes) * 8n);
      compress(rest, 0);
      return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
    },
  };
}
