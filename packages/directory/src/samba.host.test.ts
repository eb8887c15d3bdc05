import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Attribute, Change, Client } from 'ldapts';
import { directoryContract, type DirectoryUnderTest } from './contract/directory-contract.ts';
import { SAMBA_ADMINISTRATOR_PASSWORD, SAMBA_BASE, startSamba } from './samba.arrange.ts';

directoryContract('Active Directory, as Samba has it', startActiveDirectory);

const STAFF = `OU=Staff,${SAMBA_BASE}`;
const ADMIN_GROUP = `CN=Cloud Admins,${STAFF}`;
const PASSWORD = 'S3cret-Pass!';
const dn = (name: string) => `CN=${name},${STAFF}`;
/** As Active Directory takes a password: quoted, in UTF-16. */
const unicodePwd = Buffer.from(`"${PASSWORD}"`, 'utf16le');

function person(name: string, more: readonly string[] = ['userAccountControl: 512']): string {
  const lines = [`dn: ${dn(name)}`, 'objectClass: user', `sAMAccountName: ${name}`, `userPrincipalName: ${name}@corp.example`];
  const about = [`displayName: ${name[0]?.toUpperCase()}${name.slice(1)} of Corp`, `mail: ${name}@corp.example`];
  return [...lines, ...about, `unicodePwd:: ${unicodePwd.toString('base64')}`, ...more].join('\n');
}

async function startActiveDirectory(): Promise<DirectoryUnderTest> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-samba-'));
  const entries = [
    `dn: ${STAFF}\nobjectClass: organizationalUnit`,
    ...['alice', 'bob', 'carol', 'pwdexp'].map((name) => person(name)),
    person('dave', ['userAccountControl: 514']),
    person('mustchg', ['userAccountControl: 512', 'pwdLastSet: 0']),
    person('acctexp', ['userAccountControl: 512', 'accountExpires: 132000000000000000']),
    person('hours', ['userAccountControl: 512', 'logonHours:: AAAAAAAAAAAAAAAAAAAAAAAAAAAA']),
    `dn: CN=Platform,${STAFF}\nobjectClass: group\nsAMAccountName: Platform\nmember: ${dn('carol')}`,
    `dn: ${ADMIN_GROUP}\nobjectClass: group\nsAMAccountName: Cloud Admins\nmember: CN=Platform,${STAFF}`,
  ];
  // The server itself refuses to date a password back.
  const raw = `dn: ${dn('pwdexp')}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 132000000000000000\n`;
  const server = await startSamba(folder, { entries: `${entries.join('\n\n')}\n`, raw });
  const { address, ca } = server;
  const url = `ldaps://${address}:636`;
  const administrator = `CN=Administrator,CN=Users,${SAMBA_BASE}`;
  const asAdministrator = async (work: (client: Client) => Promise<void>) => {
    const client = new Client({ url, tlsOptions: { ca } });
    try {
      await client.bind(administrator, SAMBA_ADMINISTRATOR_PASSWORD);
      await work(client);
    } finally {
      await client.unbind();
    }
  };
  const set = (client: Client, of: string, type: string, value: string) =>
    client.modify(dn(of), new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) }));
  return {
    settings: {
      kind: 'active-directory',
      url,
      ca,
      baseDn: SAMBA_BASE,
      service: { dn: administrator, password: SAMBA_ADMINISTRATOR_PASSWORD },
      groups: [ADMIN_GROUP],
    },
    variants: {
      'as themselves': { upnSuffix: 'corp.example' },
      StartTLS: { url: `ldap://${address}:389`, startTls: true },
      'as themselves, StartTLS': { url: `ldap://${address}:389`, startTls: true, upnSuffix: 'corp.example' },
    },
    password: PASSWORD,
    adminGroup: ADMIN_GROUP,
    refused: [
      ['dave', 'disabled'],
      ['pwdexp', 'expired'],
      ['acctexp', 'expired'],
      ['mustchg', 'must-change'],
      ['hours', 'disabled'],
    ],
    create: (name) =>
      asAdministrator((client) =>
        client.add(dn(name), [
          new Attribute({ type: 'objectClass', values: ['user'] }),
          new Attribute({ type: 'sAMAccountName', values: [name] }),
          new Attribute({ type: 'userPrincipalName', values: [`${name}@corp.example`] }),
          new Attribute({ type: 'unicodePwd', values: [unicodePwd] }),
          new Attribute({ type: 'userAccountControl', values: ['512'] }),
        ]),
      ),
    rename: (name, to) =>
      asAdministrator(async (client) => {
        await client.modifyDN(dn(name), `CN=${to}`);
        await set(client, to, 'sAMAccountName', to);
        await set(client, to, 'userPrincipalName', `${to}@corp.example`);
      }),
    remove: (name) => asAdministrator((client) => client.del(dn(name))),
    disable: (name) => asAdministrator((client) => set(client, name, 'userAccountControl', '514')),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
