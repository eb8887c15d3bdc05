import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@nephos/embedded/port';
import { startSlapd } from '@nephos/embedded/slapd';
import { Attribute, Change, Client } from 'ldapts';
import { directoryContract, type DirectoryUnderTest } from './contract/directory-contract.ts';

directoryContract('OpenLDAP', startOpenLdap);

async function startOpenLdap(): Promise<DirectoryUnderTest> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-openldap-'));
  const password = 'Demo-Pass-1';
  const [port, startTlsPort] = [await freePort(), await freePort()];
  const server = await startSlapd({ port, startTlsPort, folder, peoplePassword: password, servicePassword: 'of the service' });
  const { url, ca, baseDn, adminGroup, managerDn } = server;
  const dn = (name: string) => `uid=${name},ou=people,${baseDn}`;
  const asManager = async (work: (client: Client) => Promise<void>) => {
    const client = new Client({ url, tlsOptions: { ca } });
    try {
      await client.bind(managerDn, 'of the service');
      await work(client);
    } finally {
      await client.unbind();
    }
  };
  return {
    settings: { kind: 'ldap', url, ca, baseDn, service: { dn: managerDn, password: 'of the service' }, groups: [adminGroup] },
    variants: { StartTLS: { url: `ldap://127.0.0.1:${startTlsPort}`, startTls: true } },
    password,
    adminGroup,
    refused: [
      ['dave', 'wrong-or-locked'], // OpenLDAP says that an account is locked to anybody
      ['erin', 'expired'],
      ['frank', 'must-change'],
    ],
    create: (name) =>
      asManager((client) =>
        client.add(dn(name), { objectClass: 'inetOrgPerson', uid: name, cn: name, sn: name, mail: `${name}@nephos.example`, userPassword: password }),
      ),
    rename: (name, to) => asManager((client) => client.modifyDN(dn(name), `uid=${to}`)),
    remove: (name) => asManager((client) => client.del(dn(name))),
    disable: (name) =>
      asManager((client) =>
        client.modify(
          dn(name),
          new Change({ operation: 'replace', modification: new Attribute({ type: 'pwdAccountLockedTime', values: ['000001010000Z'] }) }),
        ),
      ),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
