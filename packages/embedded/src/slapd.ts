import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { writeServerCertificate } from './certificate.ts';
import { assertPortFree } from './port.ts';
import { startProcess, type ProcessSpec } from './process.ts';
import { tool } from './tool.ts';

const PROGRAM = '/usr/sbin/slapd';
const BASE = 'dc=nephos,dc=example';

/** Who is in the demo directory: the name, and what there is to say of them. */
export const DEMO_PEOPLE = {
  alice: 'an employee',
  bob: 'an employee',
  carol: 'a root administrator, by a group within the group of administrators',
  dave: 'locked by an administrator',
  erin: 'whose password has expired',
  frank: 'who must change the password',
} as const;

export interface SlapdOptions {
  /** LDAPS. */
  port: number;
  /** Also plain LDAP, which takes no password before StartTLS; for tests. */
  startTlsPort?: number;
  /** Keeps the directory; made and filled at the first start. */
  folder: string;
  /** Of all the demo people, when they are made. */
  peoplePassword: string;
  /** Of the service that reads the directory, and of the directory's own administrator; set anew at each start. */
  servicePassword: string;
  /** How a person chooses another port; named when this one is taken. */
  portSetting?: string;
}

export interface SlapdPlan {
  spec: ProcessSpec;
  /** LDAPS. */
  url: string;
  /** PEM of the authority. */
  ca: string;
  caFile: string;
  baseDn: string;
  serviceDn: string;
  /** May write. */
  managerDn: string;
  adminGroup: string;
}

/** Whether OpenLDAP's server is on this machine. */
export function hasSlapd(): boolean {
  return existsSync(PROGRAM);
}

/** An OpenLDAP server with a few people to try signing in with, on loopback, with TLS only. Everything up to the start. Throws IN_USE for a taken port. */
export async function planSlapd({
  port,
  startTlsPort,
  folder,
  peoplePassword,
  servicePassword,
  portSetting = 'another option',
}: SlapdOptions): Promise<SlapdPlan> {
  if (!hasSlapd()) throw new DomainError('UNSUPPORTED', `There is no ${PROGRAM}; the package slapd brings it.`);
  await assertPortFree(port, 'the directory', portSetting);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const tls = path.join(folder, 'tls');
  const certificates = existsSync(path.join(tls, 'server.key'))
    ? { ca: path.join(tls, 'ca.pem'), certificate: path.join(tls, 'server.pem'), privateKey: path.join(tls, 'server.key') }
    : await writeServerCertificate(tls, '127.0.0.1');
  const configFile = path.join(folder, 'slapd.conf');
  const database = path.join(folder, 'db');
  await writeFile(configFile, configOf(folder, database, certificates, servicePassword), { mode: 0o600 });
  if (!existsSync(database)) await fill(folder, database, configFile, peoplePassword);
  const url = `ldaps://127.0.0.1:${port}`;
  return {
    url,
    ca: await readFile(certificates.ca, 'utf8'),
    caFile: certificates.ca,
    baseDn: BASE,
    serviceDn: MANAGER,
    managerDn: MANAGER,
    adminGroup: `cn=cloud-admins,ou=groups,${BASE}`,
    spec: {
      name: 'directory',
      argv: [PROGRAM, '-f', configFile, '-h', startTlsPort ? `${url}/ ldap://127.0.0.1:${startTlsPort}/` : `${url}/`, '-d', '0'], // a debug level, if only 0, keeps it in the foreground
      readiness: { kind: 'answer', ask: () => answers(port) },
      readyTimeoutMs: 15_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 10_000,
    },
  };
}

export interface RunningSlapd extends SlapdPlan {
  stop(): Promise<void>;
}

/** Starts one; it ends with this process. */
export async function startSlapd(options: SlapdOptions): Promise<RunningSlapd> {
  const plan = await planSlapd(options);
  const running = startProcess(plan.spec);
  await running.ready;
  return { ...plan, stop: running.stop };
}

const MANAGER = `cn=manager,${BASE}`;

function configOf(folder: string, database: string, tls: { ca: string; certificate: string; privateKey: string }, password: string): string {
  const quoted = (text: string) => `"${text}"`;
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${quoted(path.join(folder, 'slapd.pid'))}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
TLSCACertificateFile ${quoted(tls.ca)}
TLSCertificateFile ${quoted(tls.certificate)}
TLSCertificateKeyFile ${quoted(tls.privateKey)}
security simple_bind=64
disallow bind_anon
database mdb
maxsize 67108864
suffix ${quoted(BASE)}
rootdn ${quoted(MANAGER)}
rootpw ${hashOf(password)}
directory ${quoted(database)}
index objectClass eq
index uid,cn,member,entryUUID eq
overlay ppolicy
ppolicy_default ${quoted(`cn=default,ou=policies,${BASE}`)}
ppolicy_use_lockout
ppolicy_hash_cleartext
access to attrs=userPassword by anonymous auth by * none
access to * by self read by * none
`;
}

/** Aside first: a directory that was half filled when we were killed is filled again. */
async function fill(folder: string, database: string, configFile: string, password: string): Promise<void> {
  const making = path.join(folder, 'making');
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { mode: 0o700 });
  const makingConfig = path.join(folder, 'making.conf');
  const entries = path.join(folder, 'making.ldif');
  await writeFile(makingConfig, (await readFile(configFile, 'utf8')).replace(database, making), { mode: 0o600 });
  await writeFile(entries, demoEntries(password), { mode: 0o600 });
  await tool(['/usr/sbin/slapadd', '-q', '-f', makingConfig, '-l', entries]);
  await Promise.all([rm(makingConfig), rm(entries)]);
  await rename(making, database);
}

function demoEntries(password: string): string {
  const unit = (name: string) => entry(`ou=${name},${BASE}`, { objectClass: 'organizationalUnit', ou: name });
  const policy = (name: string, more: Attributes) =>
    entry(`cn=${name},ou=policies,${BASE}`, { objectClass: ['device', 'pwdPolicy'], cn: name, pwdAttribute: 'userPassword', ...more });
  const group = (name: string, ...members: string[]) =>
    entry(`cn=${name},ou=groups,${BASE}`, { objectClass: 'groupOfNames', cn: name, member: members });
  const dn = (name: string) => `uid=${name},ou=people,${BASE}`;
  const person = (name: string, surname: string, more: Attributes = {}) => {
    const given = name[0]?.toUpperCase() + name.slice(1);
    const full = `${given} ${surname}`;
    const mail = `${name}@nephos.example`;
    return entry(dn(name), {
      objectClass: 'inetOrgPerson',
      uid: name,
      cn: full,
      sn: surname,
      givenName: given,
      displayName: full,
      mail,
      userPassword: hashOf(password),
      ...more,
    });
  };
  return [
    entry(BASE, { objectClass: ['dcObject', 'organization'], dc: 'nephos', o: 'Nephos demo' }),
    ...['people', 'groups', 'policies'].map(unit),
    policy('default', { pwdLockout: 'TRUE', pwdMaxFailure: '5', pwdLockoutDuration: '60', pwdMustChange: 'TRUE' }),
    policy('expiring', { pwdMaxAge: '86400', pwdGraceAuthNLimit: '0' }),
    person('alice', 'Adams'),
    person('bob', 'Brown'),
    person('carol', 'Clark'),
    person('dave', 'Davis', { pwdAccountLockedTime: '000001010000Z' }),
    person('erin', 'Evans', { pwdChangedTime: '20200101000000Z', pwdPolicySubentry: `cn=expiring,ou=policies,${BASE}` }),
    person('frank', 'Foster', { pwdReset: 'TRUE' }),
    group('staff', ...['alice', 'bob', 'carol', 'dave', 'erin', 'frank'].map(dn)),
    group('platform-team', dn('carol')),
    group('cloud-admins', `cn=platform-team,ou=groups,${BASE}`),
  ].join('\n');
}

type Attributes = Record<string, string | readonly string[]>;
function entry(dn: string, attributes: Attributes): string {
  const lines = Object.entries(attributes).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`));
  return `dn: ${dn}\n${lines.join('\n')}\n`;
}

/** Salted SHA-1: what OpenLDAP has without a module. The passwords are random, and of a demo. */
function hashOf(password: string): string {
  const salt = randomBytes(8);
  return `{SSHA}${Buffer.concat([createHash('sha1').update(password).update(salt).digest(), salt]).toString('base64')}`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
