import { describe, expect, it } from 'vitest';
import type { Link } from '../links.ts';
import { missingInside, type Cable } from './cables.ts';

const guest: Cable = { name: 'guest', port: 'p', bridge: 'b', mac: '06:00:00:00:00:01', mtu: 1_450, address: '10.1.1.1/24' };
const up = (ifname: string, changes: Partial<Link> = {}): Link => ({ ifname, mtu: 1_450, flags: ['UP'], address: guest.mac, ...changes });
const links = (...all: Link[]): Map<string, Link> => new Map(all.map((link) => [link.ifname, link]));
const has = (...addresses: string[]) => ({ addr_info: addresses.map((local) => ({ family: 'inet', local, prefixlen: 24 })) });

describe('missingInside', () => {
  it('is nothing when all is as wanted', () => {
    expect(missingInside(links(up('lo'), up('guest', has('10.1.1.1'))), ['203.0.113.1'], [guest], '203.0.113.1')).toEqual([]);
  });

  it('dresses a new interface', () => {
    const bare = up('guest', { flags: [], mtu: 1_500 });
    expect(missingInside(links(up('lo', { flags: [] }), bare), [], [guest], undefined)).toEqual([
      'link set lo up',
      'link set guest mtu 1450',
      'addr flush dev guest',
      'addr add 10.1.1.1/24 dev guest',
      'link set guest up',
    ]);
  });

  it('takes away an address that is no longer wanted, and announces the one that stays', () => {
    expect(missingInside(links(up('lo'), up('guest', has('10.1.1.1', '10.1.1.9'))), [], [guest], undefined)).toEqual([
      'link set guest down',
      'addr flush dev guest',
      'addr add 10.1.1.1/24 dev guest',
      'link set guest up',
    ]);
  });

  it('replaces the way out', () => {
    expect(missingInside(links(up('lo'), up('guest', has('10.1.1.1'))), ['203.0.113.9'], [guest], '203.0.113.1')).toEqual([
      'route del default via 203.0.113.9',
      'route add default via 203.0.113.1 dev public',
    ]);
  });
});
