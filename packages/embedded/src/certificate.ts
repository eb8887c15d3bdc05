import 'reflect-metadata'; // before x509, whose dependency container wants it
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BasicConstraintsExtension, PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1000;

export interface CertificateFiles {
  /** Of the authority; who trusts it trusts the server. */
  ca: string;
  certificate: string;
  privateKey: string;
}

/** Writes a server's certificate for an IP address, by an authority of its own whose key nobody keeps. */
export async function writeServerCertificate(folder: string, address: string): Promise<CertificateFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const dates = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + TEN_YEARS_MS) };
  const authorityKeys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...dates,
    serialNumber: newSerial(),
    name: 'CN=Nephos embedded directory authority',
    signingAlgorithm: ALGORITHM,
    keys: authorityKeys,
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    ...dates,
    serialNumber: newSerial(),
    subject: 'CN=directory',
    issuer: authority.subject,
    signingKey: authorityKeys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: address }])],
  });
  const files = { ca: path.join(folder, 'ca.pem'), certificate: path.join(folder, 'server.pem'), privateKey: path.join(folder, 'server.key') };
  await writeFile(files.ca, authority.toString('pem'));
  await writeFile(files.certificate, certificate.toString('pem'));
  await writeFile(files.privateKey, PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'), { mode: 0o600 });
  await chmod(files.privateKey, 0o600); // also of one that was there
  return files;
}

function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f; // positive, as RFC 5280 wants it
  return bytes.toString('hex');
}
