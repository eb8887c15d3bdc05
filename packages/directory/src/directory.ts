import { findGroups } from './groups.ts';
import { connect, isWrongPassword, type Session } from './session.ts';
import { findPerson, type Found } from './person.ts';
import { whyRefused, type RefusalReason } from './refusal.ts';

/** How to reach a directory, and whom to ask it about. */
export interface DirectorySettings {
  kind: 'active-directory' | 'ldap';
  /** `ldaps://host:port`, or `ldap://host:port` with `startTls`. Nothing is ever sent in the clear. */
  url: string;
  startTls?: boolean | undefined;
  /** The authority that signed the server's certificate, as PEM; left out: those that Node trusts. */
  ca?: string | undefined;
  baseDn: string;
  /** Reads people and groups. Needed in either mode: people are looked up when they are not there to give their password. */
  service: { dn: string; password: string };
  /** Given: people bind as `name@upnSuffix` themselves. Left out: they are searched by the service, then bound by what was found. */
  upnSuffix?: string | undefined;
  /** Left out: `sAMAccountName` of Active Directory, else `uid`. */
  nameAttribute?: string | undefined;
  /** Distinguished names of the groups that mean something here; nobody's other groups are read. */
  groups: readonly string[];
  timeoutMs?: number | undefined;
}

/** Someone whom the directory knows and lets sign in. */
export interface Person {
  /** Stays when they are renamed, and never comes back for another: objectGUID in hex, or entryUUID. */
  externalId: string;
  name: string;
  displayName: string;
  email: string;
  /** Those of the settings' groups that they are in, also by way of other groups; spelt as in the settings. */
  groups: readonly string[];
}

export type SignIn =
  | { isRefused: false; person: Person }
  /** `cause` is for the log: it names what the directory said. */
  | { isRefused: true; reason: RefusalReason; cause?: unknown };

export type LookUp = { state: 'active'; person: Person } | { state: 'disabled' } | { state: 'gone' } | { state: 'unreachable'; cause: unknown };

export interface Directory {
  signIn(name: string, password: string): Promise<SignIn>;
  /** By the service, for those who have signed in before. */
  lookUp(externalId: string): Promise<LookUp>;
}

export function createDirectory(settings: DirectorySettings): Directory {
  return {
    async signIn(name, password) {
      // An empty password would be an unauthenticated bind, which many servers answer with success (RFC 4513, 5.1.2).
      if (name.trim() === '' || password === '' || password.includes('\0')) return { isRefused: true, reason: 'wrong-or-locked' };
      try {
        return await connect(settings, (session) =>
          settings.upnSuffix === undefined
            ? searchThenBind(session, settings, name.trim(), password)
            : bindThenFind(session, settings, name.trim(), password),
        );
      } catch (cause) {
        return { isRefused: true, reason: 'unreachable', cause };
      }
    },

    async lookUp(externalId) {
      try {
        return await connect(settings, async (session): Promise<LookUp> => {
          await session.bind(settings.service.dn, settings.service.password);
          const found = await findPerson(session, settings, { externalId });
          if (!found) return { state: 'gone' };
          return found.isDisabled ? { state: 'disabled' } : { state: 'active', person: await toPerson(session, settings, found) };
        });
      } catch (cause) {
        return { state: 'unreachable', cause };
      }
    },
  };
}

async function searchThenBind(session: Session, settings: DirectorySettings, name: string, password: string): Promise<SignIn> {
  const { service, baseDn } = settings;
  await session.bind(service.dn, service.password);
  const found = await findPerson(session, settings, { name });
  // For people who are not there a bind is tried too: as much work as for a wrong password.
  const refused = await tryPassword(session, found?.dn ?? `cn=nobody-is-called-this,${baseDn}`, password);
  if (refused) return refused;
  if (!found) return { isRefused: true, reason: 'wrong-or-locked' };
  await session.bind(service.dn, service.password);
  return { isRefused: false, person: await toPerson(session, settings, found) };
}

async function bindThenFind(session: Session, settings: DirectorySettings, name: string, password: string): Promise<SignIn> {
  if (/[=,\\/]/.test(name)) return { isRefused: true, reason: 'wrong-or-locked' }; // a user principal name, and no other form of name
  const upn = name.includes('@') ? name : `${name}@${settings.upnSuffix}`;
  const refused = await tryPassword(session, upn, password);
  if (refused) return refused;
  const found = await findPerson(session, settings, { upn });
  if (!found) return { isRefused: true, reason: 'wrong-or-locked' };
  // A server may bind by other names than the one that we search for. The password must be that of whom we found.
  const differs = await tryPassword(session, found.dn, password);
  return differs ?? { isRefused: false, person: await toPerson(session, settings, found) };
}

/** Why the password is not good, or undefined. Throws when that could not be asked. */
async function tryPassword(session: Session, dn: string, password: string): Promise<Extract<SignIn, { isRefused: true }> | undefined> {
  try {
    const policyError = await session.bind(dn, password);
    const reason = whyRefused({ policyError, isBound: true });
    return reason && { isRefused: true, reason };
  } catch (cause) {
    if (!isWrongPassword(cause)) throw cause;
    return {
      isRefused: true,
      reason: whyRefused({ policyError: session.policyError(), message: cause.message, isBound: false }) ?? 'wrong-or-locked',
      cause,
    };
  }
}

async function toPerson(session: Session, settings: DirectorySettings, found: Found): Promise<Person> {
  const { externalId, name, displayName, email } = found;
  return { externalId, name, displayName, email, groups: await findGroups(session, settings, found.dn) };
}
