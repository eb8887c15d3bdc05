import type { DesiredGuest, DesiredRouter } from '@nephos/contracts/desired-network';

/** For tests: a router with two guests on 10.1.1.0/24, a public address and a DNS forwarder. */
export function aDesiredRouter(changes: Partial<DesiredRouter> = {}): DesiredRouter {
  return {
    routerId: '018f0000-0000-7000-8000-00000000aa01',
    generation: 1,
    revision: 1,
    network: {
      networkId: '018f0000-0000-7000-8000-00000000bb01',
      revision: 1,
      vni: 10_000,
      mtu: 1_450,
      localIp: '192.168.50.1',
      peerIps: ['192.168.50.2'],
    },
    guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'cs1.internal' },
    public: { ip: '203.0.113.10', prefixLength: 24, gateway: '203.0.113.1' },
    dnsServers: ['203.0.113.53'],
    guests: [
      aGuest({
        sshPublicKey: 'ssh-ed25519 AAAAC3Nza web',
        userData: Buffer.from('#!/bin/sh\necho hello\n').toString('base64'),
        password: 'f1rst-Secret',
      }),
      aGuest({ instanceId: '018f0000-0000-7000-8000-00000000cc02', hostname: 'db-1', macAddress: '02:00:00:00:00:12', ip: '10.1.1.12' }),
    ],
    ...changes,
  };
}

export function aGuest(changes: Partial<DesiredGuest> = {}): DesiredGuest {
  return {
    instanceId: '018f0000-0000-7000-8000-00000000cc01',
    hostname: 'web-1',
    macAddress: '02:00:00:00:00:11',
    ip: '10.1.1.11',
    computeOffering: 'Small',
    zone: 'zone-1',
    ...changes,
  };
}
