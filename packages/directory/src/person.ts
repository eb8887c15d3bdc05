import { DomainError } from '@nephos/model/errors';
import { EqualityFilter, OrFilter, type Entry, type Filter } from 'ldapts';
import type { DirectorySettings } from './directory.ts';
import type { Session } from './session.ts';

export interface Found {
  dn: string;
  externalId: string;
  name: string;
  displayName: string;
  email: string;
  isDisabled: boolean;
}

export type Whom = { name: string } | { upn: string } | { externalId: string };

/** Undefined also when more than one answers to the name: it is then nobody's. */
export async function findPerson(session: Session, settings: DirectorySettings, whom: Whom): Promise<Found | undefined> {
  for (const filter of filtersFor(settings, whom)) {
    const entries = await session.search(settings.baseDn, { scope: 'sub', filter, attributes: ATTRIBUTES(settings), limit: 2 });
    if (entries.length > 1) return undefined;
    if (entries[0]) return toFound(settings, entries[0]);
  }
  return undefined;
}

const nameAttributeOf = ({ kind, nameAttribute }: DirectorySettings) => nameAttribute ?? (kind === 'active-directory' ? 'sAMAccountName' : 'uid');

// `+` is not asked for: only these operational attributes matter.
const ATTRIBUTES = (settings: DirectorySettings) => [
  nameAttributeOf(settings),
  'displayName',
  'cn',
  'mail',
  ...(settings.kind === 'active-directory'
    ? ['objectGUID', 'userAccountControl', 'accountExpires']
    : ['entryUUID', 'pwdAccountLockedTime', 'pwdEndTime', 'nsAccountLock']),
];

/** One after the other, the first that finds somebody counts. Values go in as they are: a filter written as text corrupts bytes from 0x80 on. */
function filtersFor(settings: DirectorySettings, whom: Whom): Filter[] {
  const equals = (attribute: string, value: string | Buffer) => new EqualityFilter({ attribute, value });
  if ('externalId' in whom) {
    return settings.kind === 'active-directory'
      ? [equals('objectGUID', Buffer.from(whom.externalId, 'hex'))]
      : [equals('entryUUID', whom.externalId)];
  }
  // As the server itself takes a user principal name (MS-ADTS 5.1.1.1.1): what is written there, then the account's name and the domain.
  if ('upn' in whom) {
    const [account = '', domain = ''] = whom.upn.split('@');
    const isOfDomain = domain.toLowerCase() === settings.upnSuffix?.toLowerCase();
    return [equals('userPrincipalName', whom.upn), ...(isOfDomain ? [equals(nameAttributeOf(settings), account)] : [])];
  }
  const byName = equals(nameAttributeOf(settings), whom.name);
  return [settings.kind === 'active-directory' ? new OrFilter({ filters: [byName, equals('userPrincipalName', whom.name)] }) : byName];
}

function toFound(settings: DirectorySettings, entry: Entry): Found {
  const text = (attribute: string) => textOf(entry[attribute]);
  const guid = entry['objectGUID'];
  const externalId = Buffer.isBuffer(guid) ? guid.toString('hex') : text('entryUUID').toLowerCase();
  if (externalId === '') throw new DomainError('UNEXPECTED', 'The directory shows no objectGUID or entryUUID of people to us.');
  const name = text(nameAttributeOf(settings));
  if (name === '') throw new DomainError('UNEXPECTED', `The directory shows no ${nameAttributeOf(settings)} of people to us.`);
  return {
    dn: entry.dn,
    externalId,
    name,
    displayName: text('displayName') || text('cn') || name,
    email: text('mail'),
    isDisabled: isDisabled(text),
  };
}

const ACCOUNT_DISABLED = 0x2; // MS-ADTS 2.2.16, userAccountControl
const LOCKED_BY_ADMINISTRATOR = '000001010000Z'; // draft-behera-ldap-password-policy, 5.3.3
const WINDOWS_EPOCH_MS = 11_644_473_600_000;

function isDisabled(text: (attribute: string) => string): boolean {
  const control = Number(text('userAccountControl') || 0);
  // In units of 100 ns since 1601; 0 and the largest number mean never.
  const accountExpires = Number(text('accountExpires') || 0) / 10_000 - WINDOWS_EPOCH_MS;
  const hasExpired = accountExpires > -WINDOWS_EPOCH_MS && accountExpires < Date.now();
  const pwdEnd = parseTime(text('pwdEndTime'));
  return (
    (control & ACCOUNT_DISABLED) !== 0 ||
    hasExpired ||
    text('pwdAccountLockedTime') === LOCKED_BY_ADMINISTRATOR ||
    text('nsAccountLock').toLowerCase() === 'true' ||
    (pwdEnd !== undefined && pwdEnd < Date.now())
  );
}

/** Generalized time, as `20300101000000Z`. */
function parseTime(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(text) ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

function textOf(value: Entry[string] | undefined): string {
  const [first = ''] = Array.isArray(value) ? value : [value];
  return typeof first === 'string' ? first : '';
}
