import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDirectory, type DirectorySettings } from '../directory.ts';
import type { RefusalReason } from '../refusal.ts';

/** A real server, and people in it: alice, bob, carol (in the admin group by way of another group). All have `password`. */
export interface DirectoryUnderTest {
  settings: DirectorySettings;
  /** Other ways to reach the same server. */
  variants: Record<string, Partial<DirectorySettings>>;
  password: string;
  adminGroup: string;
  /** Those that a right password does not let in; with a wrong one each is `wrong-or-locked`. */
  refused: readonly (readonly [name: string, reason: RefusalReason])[];
  /** Makes someone, or renames, or removes them, as an administrator of the directory. */
  create(name: string): Promise<void>;
  rename(name: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  disable(name: string): Promise<void>;
  stop(): Promise<void>;
}

export function directoryContract(title: string, start: () => Promise<DirectoryUnderTest>): void {
  describe(`sign-in with ${title}`, () => {
    let server: DirectoryUnderTest;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server.stop());
    const directory = (more: Partial<DirectorySettings> = {}) => createDirectory({ ...server.settings, ...more });
    const reasonOf = async (name: string, password: string, more?: Partial<DirectorySettings>) => {
      const answer = await directory(more).signIn(name, password);
      return answer.isRefused ? answer.reason : 'signed in';
    };
    const personOf = async (name: string) => {
      const answer = await directory().signIn(name, server.password);
      if (answer.isRefused) throw new Error(`${name} was refused: ${answer.reason}`, { cause: answer.cause });
      return answer.person;
    };

    it('lets people in by their password, in each way to reach it, as the same person', async () => {
      const alice = await personOf('alice');
      expect(alice).toMatchObject({ name: 'alice', email: expect.stringMatching(/^alice@/), groups: [] });
      expect(alice.displayName).toMatch(/^Alice /);
      expect(alice.externalId).toMatch(/^[0-9a-f-]{32,36}$/);
      for (const [way, more] of Object.entries(server.variants)) {
        const answer = await directory(more).signIn('alice', server.password);
        expect([way, answer]).toEqual([way, { isRefused: false, person: alice }]);
      }
    });

    it('finds a group of groups', async () => {
      expect((await personOf('carol')).groups).toEqual([server.adminGroup]);
    });

    it('refuses wrong and empty passwords, unknown people and names that are filters or other forms of a name, all alike', async () => {
      for (const more of [{}, ...Object.values(server.variants)]) {
        for (const [name, password] of [
          ['alice', 'wrong'],
          ['alice', ''],
          ['alice', '\0'],
          ['', server.password],
          ['nobody', server.password],
          ['*', server.password],
          ['ali*', server.password],
          ['alice)(uid=*', server.password],
          ['PLAIN', server.password],
          ['Zoë \\', server.password],
        ] as const)
          expect([name, await reasonOf(name, password, more)]).toEqual([name, 'wrong-or-locked']);
      }
    });

    it('gives a reason for the right password only', async () => {
      for (const [name, reason] of server.refused) {
        expect([name, await reasonOf(name, server.password)]).toEqual([name, reason]);
        expect([name, await reasonOf(name, 'wrong')]).toEqual([name, 'wrong-or-locked']);
      }
    });

    it('knows people by an id that outlives their name, and that nobody else gets', async () => {
      await server.create('gina');
      const { externalId } = await personOf('gina');
      await server.rename('gina', 'georgina');
      expect((await personOf('georgina')).externalId).toBe(externalId);
      expect(await directory().lookUp(externalId)).toMatchObject({ state: 'active', person: { name: 'georgina' } });
      await server.remove('georgina');
      await server.create('gina');
      expect((await personOf('gina')).externalId).not.toBe(externalId);
      expect(await directory().lookUp(externalId)).toEqual({ state: 'gone' });
    });

    it('is looked up with the groups of now, and says who is disabled', async () => {
      const { externalId } = await personOf('carol');
      expect(await directory().lookUp(externalId)).toMatchObject({ state: 'active', person: { name: 'carol', groups: [server.adminGroup] } });
      await server.create('hugo');
      const hugo = await personOf('hugo');
      await server.disable('hugo');
      expect(await directory().lookUp(hugo.externalId)).toEqual({ state: 'disabled' });
      expect(await reasonOf('hugo', server.password)).not.toBe('signed in');
    });

    it('is unreachable, and not a wrong password, without trust in its certificate, with a wrong service password or base, or off', async () => {
      const { url, service } = server.settings;
      const off: Partial<DirectorySettings> = { url: 'ldaps://127.0.0.1:1' };
      const untrusted: Partial<DirectorySettings> = { ca: undefined };
      const { port } = new URL(url);
      const otherName: Partial<DirectorySettings> = { url: `ldaps://localhost:${port || 636}` };
      for (const more of [off, untrusted, otherName]) expect(await reasonOf('alice', server.password, more)).toBe('unreachable');
      const badService = { service: { ...service, password: 'wrong' }, upnSuffix: undefined };
      expect(await reasonOf('alice', server.password, badService)).toBe('unreachable');
      const { externalId } = await personOf('alice');
      const nobodysService = { service: { ...service, password: '' } };
      const noBase = { baseDn: `ou=nowhere,${server.settings.baseDn}` };
      for (const more of [off, untrusted, badService, nobodysService, noBase])
        expect(await directory(more).lookUp(externalId)).toMatchObject({ state: 'unreachable' });
    });

    it('is never asked in the clear', async () => {
      const plain = { url: server.settings.url.replace('ldaps:', 'ldap:').replace(/:636$/, ':389'), startTls: false };
      expect(await directory(plain).signIn('alice', server.password)).toMatchObject({ reason: 'unreachable', cause: { code: 'BAD_INPUT' } });
    });
  });
}
