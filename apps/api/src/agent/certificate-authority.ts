import 'reflect-metadata'; // before x509, whose dependency container wants it
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { DomainError } from '@nephos/model/errors';

// ECDSA on P-256: small, quick, and known to every TLS library that agents use.
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export interface Identity {
  certificate: string;
  privateKey: string;
}

/** The cloud's own authority: it vouches for hosts towards the API, and for the API towards hosts. Nobody else trusts it. */
export interface CertificateAuthority {
  readonly certificate: string;
  /** SHA-256 of its certificate, by which a machine knows it before it says anything. */
  readonly fingerprint: string;
  /**
   * For an agent, which keeps its key: of its request (PKCS#10, PEM) only the key counts; the certificate's common name is the host's
   * id, whatever it asked for. Throws BAD_INPUT when it is no request, is not signed with its own key, or the key is of another kind.
   */
  certifyHost(hostId: string, request: string): Promise<{ certificate: string; fingerprint: string }>;
  /** For the agent endpoint: good for these addresses. Its authority comes with it, so that a machine that joins can look at it. */
  issueForServer(addresses: readonly string[]): Promise<Identity>;
}

/** Opens the authority in `folder`; makes it at the first start. Its key is readable by its owner alone. */
export async function openCertificateAuthority(folder: string): Promise<CertificateAuthority> {
  const files = { certificate: path.join(folder, 'ca.pem'), privateKey: path.join(folder, 'ca.key') };
  if (!existsSync(files.certificate)) await makeAuthority(folder, files);
  const certificate = new X509Certificate(await readFile(files.certificate, 'utf8'));
  const signingKey = await importKey(await readFile(files.privateKey, 'utf8'));

  async function sign(name: string, publicKey: CryptoKey, usage: ExtendedKeyUsage, years: number, addresses: readonly string[] = []) {
    return X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: `CN=${name}`,
      issuer: certificate.subject,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + years * YEAR_MS),
      signingKey,
      publicKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new ExtendedKeyUsageExtension([usage]),
        ...(addresses.length > 0 ? [new SubjectAlternativeNameExtension(addresses.map((value) => ({ type: 'ip' as const, value })))] : []),
      ],
    });
  }

  return {
    certificate: certificate.toString('pem'),
    fingerprint: await fingerprintOf(certificate),
    certifyHost: async (hostId, request) => {
      const issued = await sign(hostId, await keyOfRequest(request), ExtendedKeyUsage.clientAuth, 5);
      return { certificate: issued.toString('pem'), fingerprint: await fingerprintOf(issued) };
    },
    issueForServer: async (addresses) => {
      const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const issued = await sign('nephos-api', keys.publicKey, ExtendedKeyUsage.serverAuth, 1, addresses);
      return { certificate: `${issued.toString('pem')}\n${certificate.toString('pem')}\n`, privateKey: await exportKey(keys.privateKey) };
    },
  };
}

async function keyOfRequest(pem: string): Promise<CryptoKey> {
  try {
    const request = new Pkcs10CertificateRequest(pem);
    const key = await request.publicKey.export(ALGORITHM, ['verify']); // throws for any other kind
    if (await request.verify()) return key;
  } catch (error) {
    throw new DomainError('BAD_INPUT', 'This is no certificate request with a key on P-256.', { field: 'certificateRequest' }, { cause: error });
  }
  throw new DomainError('BAD_INPUT', 'The certificate request is not signed with its own key.', { field: 'certificateRequest' });
}

async function fingerprintOf(certificate: X509Certificate): Promise<string> {
  return Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex');
}

async function makeAuthority(folder: string, files: Identity): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: 'CN=Nephos host authority',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 20 * YEAR_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)],
  });
  await writeFile(files.privateKey, await exportKey(keys.privateKey), { mode: 0o600, flag: 'wx' });
  await writeFile(files.certificate, certificate.toString('pem'), { mode: 0o644 });
}

function newSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f; // positive, as RFC 5280 wants it
  return Buffer.from(bytes).toString('hex');
}

async function exportKey(key: CryptoKey): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}
