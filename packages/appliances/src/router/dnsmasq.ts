import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { subnetOf } from './subnet.ts';

export interface DnsmasqFiles {
  /** One line per guest for DHCP, read again on SIGHUP. */
  leasesWanted: string;
  /** The names of the network, read again on SIGHUP. */
  names: string;
  /** The daemon's own memory of what it leased. */
  leases: string;
}

/** The name under which cloud-init's CloudStack data source first looks for the router. */
const DATA_SERVER = 'data-server';

/**
 * DHCP and DNS of one guest network (dnsmasq(8)). The daemon binds the wildcard address: in a namespace of its own that is safe
 * (the firewall decides who reaches it), and its sockets stay right when the guest interface is made anew.
 * As server identifier (option 54) guests get the router's guest address, where the metadata service listens.
 */
export function dnsmasqConf(router: DesiredRouter, files: DnsmasqFiles, account: { user: string; group: string }): string {
  const { network, netmask } = subnetOf(router.guest.ip, router.guest.prefixLength);
  return lines(
    `user=${account.user}`,
    `group=${account.group}`,
    'interface=guest',
    'except-interface=lo',
    'no-hosts',
    'no-resolv',
    'cache-size=1000',
    '# DHCP: addresses for known MACs only; nobody else gets an answer.',
    `dhcp-range=${network},static,${netmask},24h`,
    'dhcp-ignore=tag:!known',
    `dhcp-hostsfile=${files.leasesWanted}`,
    `dhcp-leasefile=${files.leases}`,
    'dhcp-lease-max=65536',
    '# The only DHCP server here: a client that comes back after a restart is answered at once.',
    'dhcp-authoritative',
    'no-ping',
    '# A name comes from the platform, never from what a guest calls itself.',
    'dhcp-ignore-names',
    'quiet-dhcp',
    `dhcp-option=option:router,${router.guest.ip}`,
    `dhcp-option=option:dns-server,${router.guest.ip}`,
    `dhcp-option=option:mtu,${router.network.mtu}`,
    '# DNS: the names of this network are never asked elsewhere.',
    `domain=${router.guest.dnsDomain}`,
    `local=/${router.guest.dnsDomain}/`,
    'domain-needed',
    'bogus-priv',
    `addn-hosts=${files.names}`,
    ...router.dnsServers.map((ip) => `server=${ip}`),
  );
}

/**
 * Who gets which address. `id:*` makes the MAC alone decide: a guest whose client id changes (installer, then system) is still itself.
 * The name is written with its domain, because dnsmasq would read a bare `ignore`, `infinite` or `10m` as a keyword or a lease time.
 */
export function dhcpHosts(router: DesiredRouter): string {
  return lines(
    ...router.guests.map(({ macAddress, ip, hostname }) => {
      const name = isReserved(hostname) ? [] : [`${hostname}.${router.guest.dnsDomain}`];
      return [macAddress, 'id:*', ip, ...name].join(',');
    }),
  );
}

export function dnsHosts(router: DesiredRouter): string {
  const entry = (ip: string, name: string): string => `${ip} ${name}.${router.guest.dnsDomain} ${name}`;
  const named = router.guests.filter(({ hostname }) => !isReserved(hostname));
  return lines(entry(router.guest.ip, DATA_SERVER), ...named.map(({ ip, hostname }) => entry(ip, hostname)));
}

/** A guest that calls itself as the router is called gets its address, but not the name. */
function isReserved(hostname: string): boolean {
  return hostname.toLowerCase() === DATA_SERVER;
}

function lines(...all: string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
