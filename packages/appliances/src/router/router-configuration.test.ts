import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { checkedRouter } from './checked-router.ts';
import { aDesiredRouter, aGuest } from './desired-router.factory.ts';
import { dhcpHosts, dnsHosts, dnsmasqConf } from './dnsmasq.ts';
import { guestPages } from './metadata.ts';
import { nftRuleset } from './nftables.ts';

const FILES = { leasesWanted: '/run/r/dhcp-hosts', names: '/run/r/names', leases: '/state/r/leases' };
const ACCOUNT = { user: 'dnsmasq', group: 'nogroup' };
const golden = (name: string): string => fileURLToPath(new URL(`./__golden__/${name}`, import.meta.url));
const withoutWayOut = (): DesiredRouter => {
  const { public: _, ...router } = aDesiredRouter({ dnsServers: [] });
  return router;
};

describe('the files of a router', () => {
  it.each([
    ['way-out', aDesiredRouter()],
    ['closed', withoutWayOut()],
  ])('are what they were (%s)', async (kind, router) => {
    await expect(dnsmasqConf(router, FILES, ACCOUNT)).toMatchFileSnapshot(golden(`${kind}.dnsmasq.conf`));
    await expect(dhcpHosts(router)).toMatchFileSnapshot(golden(`${kind}.dhcp-hosts`));
    await expect(dnsHosts(router)).toMatchFileSnapshot(golden(`${kind}.names`));
    await expect(nftRuleset(router)).toMatchFileSnapshot(golden(`${kind}.nft`));
    const pages = router.guests.map((guest) => guestPages(router, guest));
    await expect(`${JSON.stringify(pages, undefined, 2)}\n`).toMatchFileSnapshot(golden(`${kind}.pages.json`));
  });

  it('hold no password in the clear but in the file made for it', () => {
    const router = aDesiredRouter();
    const all = [
      dnsmasqConf(router, FILES, ACCOUNT),
      dhcpHosts(router),
      dnsHosts(router),
      nftRuleset(router),
      ...router.guests.map((guest) => JSON.stringify(guestPages(router, guest))),
    ];
    expect(all.join('\n')).not.toContain('f1rst-Secret');
  });

  it('give a guest that calls itself as the router its address, but not the name', () => {
    const router = aDesiredRouter({ guests: [aGuest({ hostname: 'Data-Server' })] });
    expect(dhcpHosts(router)).toBe('02:00:00:00:00:11,id:*,10.1.1.11\n');
    expect(dnsHosts(router)).toBe('10.1.1.1 data-server.cs1.internal data-server\n');
  });

  it('list only metadata that is served', () => {
    const { texts } = guestPages(withoutWayOut(), aGuest());
    const listed = (texts['meta-data/'] ?? '').trim().split('\n');
    expect(listed.filter((name) => texts[`meta-data/${name}`] === undefined)).toEqual([]);
    expect(listed).not.toContain('public-ipv4');
    expect(listed).not.toContain('public-keys');
  });
});

describe('hostile input', () => {
  const guests = (changes: Parameters<typeof aGuest>[0]): Partial<DesiredRouter> => ({ guests: [aGuest(changes)] });
  it.each<[string, Partial<DesiredRouter>]>([
    ['a second line in a host name', guests({ hostname: 'web\ndhcp-script=/bin/sh' })],
    ['a second line at its end', guests({ hostname: 'web\n' })],
    ['a further field', guests({ hostname: 'web,10.1.1.99' })],
    ['a comment', guests({ hostname: 'web#' })],
    ['a name of two labels', guests({ hostname: 'web.other' })],
    ['a name longer than 63', guests({ hostname: 'a'.repeat(64) })],
    ['no name', guests({ hostname: '' })],
    ['a name with a dash in front', guests({ hostname: '-web' })],
    ['letters that look alike', guests({ hostname: 'wеb' })],
    ['a tag where a MAC belongs', guests({ macAddress: 'set:known' })],
    ['a wildcard MAC', guests({ macAddress: '02:00:00:*:*:*' })],
    ['a multicast MAC', guests({ macAddress: '01:00:5e:00:00:01' })],
    ['an address outside the network', guests({ ip: '10.1.2.11' })],
    ['the address of the router', guests({ ip: '10.1.1.1' })],
    ['the broadcast address', guests({ ip: '10.1.1.255' })],
    ['an address with a line', guests({ ip: '10.1.1.11\n' })],
    ['the same address twice', { guests: [aGuest(), aGuest({ macAddress: '02:00:00:00:00:99' })] }],
    ['the same MAC twice', { guests: [aGuest(), aGuest({ ip: '10.1.1.99' })] }],
    [
      'the same MAC twice in other letters',
      { guests: [aGuest({ macAddress: '02:aa:00:00:00:11' }), aGuest({ ip: '10.1.1.99', macAddress: '02:AA:00:00:00:11' })] },
    ],
    ['a domain with a line', { guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'a.b\nserver=6.6.6.6' } }],
    ['a domain with a field', { guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'a.b,10.0.0.0/8' } }],
    ['a domain with a slash', { guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'a/b' } }],
    ['an endless domain', { guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'a.'.repeat(150).concat('b') } }],
    ['no domain', { guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: '' } }],
    ['a forwarder with a port', { dnsServers: ['1.1.1.1#5353'] }],
    ['a gateway with a command', { public: { ip: '203.0.113.10', prefixLength: 24, gateway: '203.0.113.1 dev lo' } }],
    ['a prefix that is no number', { public: { ip: '203.0.113.10', prefixLength: Number.NaN } }],
    ['a rule in the public address', { public: { ip: '203.0.113.10; flush ruleset', prefixLength: 24 } }],
  ])('is refused: %s', (_, changes) => {
    expect(() => checkedRouter(aDesiredRouter(changes))).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('names the field and shows no more than the beginning of the value', () => {
    expect(() => checkedRouter(aDesiredRouter({ guests: [aGuest({ hostname: 'x'.repeat(5_000) })] }))).toThrow(
      /^The router can't be configured: guests\[0\]\.hostname "x{80}" is no host name$/,
    );
  });

  it('that is harmless in JSON stays as it is', () => {
    const guest = aGuest({ zone: 'Zürich\n"1"', computeOffering: '__proto__', sshPublicKey: 'a\nb' });
    expect(JSON.parse(JSON.stringify(guestPages(aDesiredRouter(), guest)))).toMatchObject({
      texts: { 'meta-data/availability-zone': 'Zürich\n"1"' },
    });
  });
});
