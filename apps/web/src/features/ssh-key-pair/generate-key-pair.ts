export interface GeneratedKeyPair {
  /** One line, as `~/.ssh/id_ed25519.pub` has it. */
  publicKey: string;
  /** The whole file, as `ssh -i` takes it. */
  privateKey: string;
}

/** Of WebCrypto, what is needed here. A browser has it only on pages that come over HTTPS or from this machine. */
export interface KeyMaker {
  generateKey(algorithm: { name: string }, isExtractable: boolean, usages: KeyUsage[]): Promise<CryptoKeyPair | CryptoKey>;
  exportKey(format: 'jwk', key: CryptoKey): Promise<JsonWebKey>;
  exportKey(format: 'pkcs8', key: CryptoKey): Promise<ArrayBuffer>;
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };

/** A new pair: Ed25519, or RSA where the browser can't make that. The comment goes into both files. */
export async function generateKeyPair(comment: string, subtle: KeyMaker): Promise<GeneratedKeyPair> {
  const oneLine = comment.replaceAll(/\s+/g, ' ').trim();
  try {
    return ed25519Files(await subtle.exportKey('jwk', (await newPair(subtle, { name: 'Ed25519' })).privateKey), oneLine);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NotSupportedError') throw error;
    const { privateKey } = await newPair(subtle, RSA);
    return rsaFiles(await subtle.exportKey('jwk', privateKey), await subtle.exportKey('pkcs8', privateKey), oneLine);
  }
}

async function newPair(subtle: KeyMaker, algorithm: { name: string }): Promise<CryptoKeyPair> {
  const made = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  if (!('privateKey' in made)) throw new TypeError(`${algorithm.name} made no pair of keys`);
  return made;
}

/** OpenSSH's own form (PROTOCOL.key in its sources), without a passphrase. `d` is the seed, `x` the public key (RFC 8037). */
function ed25519Files({ d = '', x = '' }: JsonWebKey, comment: string): GeneratedKeyPair {
  const [seed, point] = [fromBase64Url(d), fromBase64Url(x)];
  const publicBlob = join(text('ssh-ed25519'), bytes(point));
  const check = crypto.getRandomValues(new Uint8Array(4)); // twice the same: who decrypts it sees that it went well
  const secret = join(check, check, text('ssh-ed25519'), bytes(point), bytes(join(seed, point)), text(comment));
  const padding = Uint8Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1);
  const file = join(
    new TextEncoder().encode('openssh-key-v1\0'),
    text('none'), // cipher
    text('none'), // key derivation
    text(''),
    number(1), // keys in it
    bytes(publicBlob),
    bytes(join(secret, padding)),
  );
  return { publicKey: publicLine('ssh-ed25519', publicBlob, comment), privateKey: pem('OPENSSH PRIVATE KEY', file) };
}

/** PKCS #8, which OpenSSH reads too. */
function rsaFiles({ e = '', n = '' }: JsonWebKey, pkcs8: ArrayBuffer, comment: string): GeneratedKeyPair {
  const blob = join(text('ssh-rsa'), positive(fromBase64Url(e)), positive(fromBase64Url(n)));
  return { publicKey: publicLine('ssh-rsa', blob, comment), privateKey: pem('PRIVATE KEY', new Uint8Array(pkcs8)) };
}

function publicLine(kind: string, blob: Uint8Array, comment: string): string {
  return `${kind} ${toBase64(blob)}${comment && ` ${comment}`}`;
}

function pem(label: string, file: Uint8Array): string {
  const lines = toBase64(file).match(/.{1,70}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

// SSH's wire encoding (RFC 4251, section 5).
const number = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const bytes = (value: Uint8Array) => join(number(value.length), value);
const text = (value: string) => bytes(new TextEncoder().encode(value));
/** A positive mpint: a leading bit that is set would make it negative. */
const positive = (value: Uint8Array) => bytes((value[0] ?? 0) >= 0x80 ? join(Uint8Array.of(0), value) : value);

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function toBase64(value: Uint8Array): string {
  return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64Url(value: string): Uint8Array {
  return Uint8Array.from(atob(value.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}
