import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

// scrypt with the parameters of OWASP's password storage cheat sheet (N=2^17, r=8, p=1): some 0.3 s and 128 MiB a guess.
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };
const KEY_BYTES = 32;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64')}$${(await derive(password, salt, COST)).toString('base64')}`;
}

/** Takes the same time for a user that does not exist (`stored` undefined) as for a wrong password. */
export async function checkPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, n, r, p, salt, hash] = (stored ?? (await nobodysHash())).split('$');
  const derived = await derive(password, Buffer.from(salt ?? '', 'base64'), { ...COST, N: Number(n), r: Number(r), p: Number(p) });
  const expected = Buffer.from(hash ?? '', 'base64');
  return derived.length === expected.length && timingSafeEqual(derived, expected) && Boolean(stored);
}

let nobody: Promise<string> | undefined;
function nobodysHash(): Promise<string> {
  nobody ??= hashPassword(randomBytes(16).toString('hex'));
  return nobody;
}

function derive(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
