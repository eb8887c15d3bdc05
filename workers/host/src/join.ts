import 'reflect-metadata'; // before x509, whose dependency container wants it
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { AGENT_CONTRACT } from '@nephos/contracts/agent-contract';
import { joinAnswerSchema, type AgentConfig, type JoinAnswer } from '@nephos/contracts/agent.schema';
import { DomainError } from '@nephos/model/errors';
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { Agent, request } from 'undici';
import { refusal } from './control-plane.ts';
import { AGENT_VERSION } from './version.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const TIMEOUT_MS = 30_000;

export interface JoinOptions {
  /** `https://host:port` of the agent endpoint. */
  server: string;
  /** SHA-256 of the cloud's authority, as the administrator was shown it. */
  fingerprint: string;
  token: string;
}

/**
 * Makes this machine a host: makes a key that never leaves it, sees by the fingerprint whom it speaks with, and shows the token for a
 * certificate. What is answered is what the agent is started with. Throws FORBIDDEN when the server is another, and what the server says.
 */
export async function joinCloud({ server, fingerprint, token }: JoinOptions): Promise<AgentConfig> {
  const authority = await fetchAuthority(server, fingerprint);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const wanted = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=nephos-agent', keys, signingAlgorithm: ALGORITHM });
  const answer = await post(server, authority, {
    token,
    certificateRequest: wanted.toString('pem'),
    contractVersion: AGENT_CONTRACT.current,
    oldestContract: AGENT_CONTRACT.oldest,
    agentVersion: AGENT_VERSION,
  });
  const privateKey = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { ...answer, endpoint: server, caCertificate: authority, privateKey };
}

/** The authority that the server shows while they shake hands, in PEM. Nothing is sent before it is known to be the right one. */
async function fetchAuthority(server: string, fingerprint: string): Promise<string> {
  const { hostname, port } = new URL(server);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, timeout: TIMEOUT_MS });
  try {
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')));
    await once(socket, 'secureConnect');
    const shown = socket.getPeerCertificate(true).issuerCertificate;
    const authority = shown && new X509Certificate(shown.raw);
    if (authority?.fingerprint256.replaceAll(':', '').toLowerCase() === fingerprint.toLowerCase()) return authority.toString();
  } catch (error) {
    throw new DomainError('HOST_UNREACHABLE', `The control plane at ${server} does not answer.`, {}, { cause: error });
  } finally {
    socket.destroy();
  }
  throw new DomainError('FORBIDDEN', `${server} is not the cloud that this machine was told to join: its fingerprint is another. Nothing was sent.`);
}

async function post(server: string, authority: string, body: object): Promise<JoinAnswer> {
  const dispatcher = new Agent({ allowH2: false, connect: { ca: authority, timeout: TIMEOUT_MS } });
  try {
    const answer = await request(`${server}/agent/join`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      headersTimeout: TIMEOUT_MS,
    });
    const told = await answer.body.json();
    if (answer.statusCode !== 200) throw refusal(answer.statusCode, told);
    return joinAnswerSchema.parse(told);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('HOST_UNREACHABLE', `The control plane at ${server} could not be asked to join.`, {}, { cause: error });
  } finally {
    await dispatcher.close();
  }
}
