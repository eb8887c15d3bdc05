import { DomainError } from '@nephos/model/errors';
import { Client, InvalidCredentialsError, PasswordPolicyControl, type Entry, type Filter } from 'ldapts';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** One encrypted connection to a directory. */
export interface Session {
  /** Answers the error of the password policy control that a successful bind may carry. */
  bind(dn: string, password: string): Promise<number | undefined>;
  /** Of the last bind, also of one that failed. */
  policyError(): number | undefined;
  /** At most `limit` entries; none for a single one that does not exist. Referrals are not followed. */
  search(base: string, query: { scope: 'base' | 'sub'; filter: Filter; attributes: string[]; limit: number }): Promise<Entry[]>;
}

interface Endpoint {
  url: string;
  startTls?: boolean | undefined;
  ca?: string | undefined;
  timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 10_000;
const NO_SUCH_OBJECT = 32;
const BINARY = ['objectGUID'];

/** Lends a connection, and closes it whatever happens: an open one would keep the process alive. */
export async function connect<T>({ url, startTls = false, ca, timeoutMs = TIMEOUT_MS }: Endpoint, use: (session: Session) => Promise<T>): Promise<T> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'ldaps:' && !startTls) throw new DomainError('BAD_INPUT', 'A directory is asked by ldaps://, or by ldap:// with StartTLS.');
  const host = hostname.replace(/^\[|\]$/g, '');
  const tls = (): ConnectionOptions => ({
    host, // StartTLS would check the certificate of an address against "localhost"
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    minVersion: 'TLSv1.2',
  });
  // TLS options given here with ldap:// would mean TLS from the first byte.
  const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, ...(protocol === 'ldaps:' && { tlsOptions: tls() }) });
  let policy = new PasswordPolicyControl();
  try {
    if (protocol !== 'ldaps:') await client.startTLS(tls());
    const assertEncrypted = () => {
      // The client connects again by itself, and then without StartTLS.
      if (protocol !== 'ldaps:' && !client.isConnected) throw new DomainError('UNEXPECTED', 'The directory closed the connection.');
    };
    return await use({
      bind: async (dn, password) => {
        assertEncrypted();
        if (password === '') throw new DomainError('BAD_INPUT', 'An empty password is no password: servers let anybody in with it, as nobody.');
        policy = new PasswordPolicyControl(); // one that has an answer would send it
        await client.bind(dn, password, policy);
        return policy.value?.error;
      },
      policyError: () => policy.value?.error,
      search: async (base, { limit, ...query }) => {
        assertEncrypted();
        try {
          const { searchEntries } = await client.search(base, { ...query, sizeLimit: limit, explicitBufferAttributes: BINARY });
          return searchEntries.slice(0, limit); // Samba ignores the limit
        } catch (error) {
          // The base of a search over many is from the settings: without it everybody would seem to be gone.
          if (codeOf(error) === NO_SUCH_OBJECT && query.scope === 'base') return [];
          throw error;
        }
      },
    });
  } finally {
    await client.unbind().catch(() => undefined); // it may be closed already
  }
}

export function isWrongPassword(error: unknown): error is Error {
  return error instanceof InvalidCredentialsError;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
