import { isIPv4 } from 'node:net';
import type { DesiredGuest, DesiredRouter } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import { subnetOf } from './subnet.ts';

/** One label of a host name (RFC 1123 §2.1). */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
/** A unicast Ethernet address: the lowest bit of the first byte is 0. */
const MAC = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i;

/**
 * The last look before text becomes configuration of daemons: everything that is written into a file or a batch of commands has
 * a shape that cannot carry a second line or field. Throws BAD_INPUT naming the field. What it returns has its MACs in lower case.
 */
export function checkedRouter(router: DesiredRouter): DesiredRouter {
  const subnet = subnetOf(checkIp('guest.ip', router.guest.ip), checkPrefix('guest.prefixLength', router.guest.prefixLength));
  const labels = router.guest.dnsDomain.split('.');
  if (router.guest.dnsDomain.length > 189 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1) ?? '')) {
    refuse('guest.dnsDomain', router.guest.dnsDomain, 'is no domain name');
  }
  if (router.public) {
    checkIp('public.ip', router.public.ip);
    checkPrefix('public.prefixLength', router.public.prefixLength);
    if (router.public.gateway !== undefined) checkIp('public.gateway', router.public.gateway);
  }
  router.dnsServers.forEach((ip) => checkIp('dnsServers', ip));

  const takenIps = new Set([router.guest.ip, subnet.network, subnet.broadcast]);
  const takenMacs = new Set<string>();
  const guests = router.guests.map((guest, index) => {
    const field = (name: keyof DesiredGuest): string => `guests[${index}].${name}`;
    const macAddress = guest.macAddress.toLowerCase();
    if (!LABEL.test(guest.hostname)) refuse(field('hostname'), guest.hostname, 'is no host name');
    if (!MAC.test(macAddress)) refuse(field('macAddress'), guest.macAddress, 'is no unicast MAC address');
    if (!subnet.contains(checkIp(field('ip'), guest.ip))) refuse(field('ip'), guest.ip, `is outside ${subnet.cidr}`);
    if (takenIps.has(guest.ip)) refuse(field('ip'), guest.ip, 'is taken');
    if (takenMacs.has(macAddress)) refuse(field('macAddress'), guest.macAddress, 'is used twice');
    takenIps.add(guest.ip);
    takenMacs.add(macAddress);
    return { ...guest, macAddress };
  });
  return { ...router, guests };
}

function checkIp(field: string, ip: string): string {
  return isIPv4(ip) ? ip : refuse(field, ip, 'is no IPv4 address');
}

function checkPrefix(field: string, length: number): number {
  return Number.isInteger(length) && length >= 8 && length <= 30 ? length : refuse(field, String(length), 'is not between 8 and 30');
}

function refuse(field: string, value: string, why: string): never {
  throw new DomainError('BAD_INPUT', `The router can't be configured: ${field} ${JSON.stringify(value.slice(0, 80))} ${why}`, { field });
}
