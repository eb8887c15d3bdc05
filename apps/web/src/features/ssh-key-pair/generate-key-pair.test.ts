import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSshKeyPairSchema } from '@nephos/contracts/user.schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPair, type KeyMaker } from './generate-key-pair.ts';

const SSH_KEYGEN = '/usr/bin/ssh-keygen';

/** A browser of some years ago. */
const withoutEd25519: KeyMaker = {
  generateKey: (algorithm, ...rest) =>
    algorithm.name === 'Ed25519'
      ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
      : crypto.subtle.generateKey(algorithm, ...rest),
  exportKey: crypto.subtle.exportKey.bind(crypto.subtle),
};

describe.skipIf(!existsSync(SSH_KEYGEN))('a generated key pair', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'nephos-keys-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const keygen = (...argv: string[]) => execFileSync(SSH_KEYGEN, argv, { encoding: 'utf8' }).trim();

  it.each([
    ['Ed25519', 256, crypto.subtle, 'me on my laptop'],
    ['Ed25519', 256, crypto.subtle, ''],
    ['RSA', 3072, withoutEd25519, 'مفتاح 🔑'],
  ] as const)('is one for OpenSSH: %s of %i bits', async (kind, bits, subtle, comment) => {
    for (let round = 0; round < (kind === 'RSA' ? 1 : 8); round++) {
      const { publicKey, privateKey } = await generateKeyPair(comment, subtle);
      const [publicFile, privateFile] = [path.join(folder, 'key.pub'), path.join(folder, 'key')];
      writeFileSync(publicFile, `${publicKey}\n`);
      rmSync(privateFile, { force: true });
      writeFileSync(privateFile, privateKey, { mode: 0o600 });
      expect(keygen('-l', '-f', publicFile)).toMatch(new RegExp(`^${bits} SHA256:\\S+ .*\\(${kind.toUpperCase()}\\)$`));
      const derived = keygen('-y', '-f', privateFile).split(' ').slice(0, 2);
      expect(derived).toEqual(publicKey.split(' ').slice(0, 2)); // the private file belongs to the public one
      expect(createSshKeyPairSchema.parse({ name: 'k', publicKey }).publicKey).toBe(publicKey); // the API takes it
    }
  });

  it('signs what its public key lets in', async () => {
    const { publicKey, privateKey } = await generateKeyPair('signer', crypto.subtle);
    writeFileSync(path.join(folder, 'signer'), privateKey, { mode: 0o600 });
    writeFileSync(path.join(folder, 'allowed'), `signer ${publicKey}\n`);
    const message = path.join(folder, 'message');
    writeFileSync(message, 'hello');
    keygen('-Y', 'sign', '-f', path.join(folder, 'signer'), '-n', 'file', message);
    const verified = execFileSync(
      SSH_KEYGEN,
      ['-Y', 'verify', '-f', path.join(folder, 'allowed'), '-I', 'signer', '-n', 'file', '-s', `${message}.sig`],
      { input: 'hello', encoding: 'utf8' },
    );
    expect(verified).toContain('Good "file" signature');
  });

  it('is another one each time', async () => {
    const [one, other] = await Promise.all([generateKeyPair('', crypto.subtle), generateKeyPair('', crypto.subtle)]);
    expect(one.publicKey).not.toBe(other.publicKey);
  });
});
