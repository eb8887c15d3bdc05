import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { subnetOf } from './subnet.ts';

/**
 * The whole packet filter of a router (nft(8)), replaced in one transaction.
 * Inward everything is closed; guests go out under the public address, and reach on the router only what serves them.
 * Later services have their places here: port forwarding in `prerouting`, firewall rules in `forward`.
 */
export function nftRuleset(router: DesiredRouter): string {
  const { cidr } = subnetOf(router.guest.ip, router.guest.prefixLength);
  const outward = router.public ? [`iifname "guest" oifname "public" ip saddr ${cidr} accept`] : [];
  const sourceNat = router.public ? [`oifname "public" ip saddr ${cidr} snat ip to ${router.public.ip}`] : [];
  return [
    'flush ruleset',
    'table inet nephos {',
    ...chain('input', 'type filter hook input priority filter; policy drop;', [
      'ct state invalid drop',
      'ct state established,related accept',
      'iifname "lo" accept',
      'iifname "guest" jump from_guest',
    ]),
    ...chain('from_guest', undefined, [
      'udp sport 68 udp dport 67 accept',
      `ip saddr != ${cidr} drop`,
      `ip daddr != ${router.guest.ip} drop`,
      'icmp type echo-request accept',
      'udp dport 53 accept',
      'tcp dport { 53, 80, 8080 } accept',
    ]),
    ...chain('forward', 'type filter hook forward priority filter; policy drop;', [
      'ct state invalid drop',
      "# The tunnel makes the guests' MTU smaller than the public one; not every path reports that.",
      'tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu',
      'ct state established,related accept',
      ...outward,
    ]),
    ...chain('prerouting', 'type nat hook prerouting priority dstnat; policy accept;', [
      '# Where EC2-style guests look for their metadata.',
      'iifname "guest" ip daddr 169.254.169.254 tcp dport 80 redirect',
    ]),
    ...chain('postrouting', 'type nat hook postrouting priority srcnat; policy accept;', sourceNat),
    '}',
    '',
  ].join('\n');
}

function chain(name: string, hook: string | undefined, rules: string[]): string[] {
  return [`\tchain ${name} {`, ...(hook ? [hook] : []).concat(rules).map((line) => `\t\t${line}`), '\t}'];
}
