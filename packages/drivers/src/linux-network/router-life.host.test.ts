import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aDesiredRouter, aGuest } from '@nephos/appliances/router/desired-router.factory';
import { routerNames } from '@nephos/appliances/router/router-names';
import type { DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import { z } from 'zod';
import { LAB_STATE } from './lab-protocol.ts';
import { daemonPid, makePacketLab, type LabGuest, type LabHost, type PacketLab } from './packet-lab.ts';

const VNI = 22_001;
const {
  routerId,
  network: { networkId },
} = aDesiredRouter();
const names = routerNames(routerId);
const WEB_MAC = '02:00:00:00:00:11';

let lab: PacketLab;
let a: LabHost;
let b: LabHost;
let web: LabGuest;

const network = (changes: Partial<DesiredNetwork> = {}): DesiredNetwork => ({
  ...aDesiredRouter().network,
  vni: VNI,
  localIp: a.ip,
  peerIps: [b.ip],
  ...changes,
});
const desired = (changes: Partial<DesiredRouter> = {}): DesiredRouter => aDesiredRouter({ network: network(), dnsServers: [], ...changes });
const ensure = (changes: Partial<DesiredRouter> = {}) => a.do({ method: 'ensureRouter', router: desired(changes) });
/** The next apply is on a host that never saw the router. */
const forget = () => a.run('rm', `${LAB_STATE}/routers/${routerId}/claim.json`);
const remove = (generation = 1) => a.do({ method: 'removeRouter', router: { routerId, generation } });
const instanceId = async () => (await web.run('busybox', 'wget', '-q', '-O', '-', 'http://10.1.1.1/latest/meta-data/local-hostname')).text;
const resolve = async (name: string) => (await web.run('timeout', '5', 'busybox', 'nslookup', '-type=a', name, '10.1.1.1')).text;
const serves = async () => ({ ip: (await web.dhcp())?.['ip'], name: await instanceId() });
const pids = async () => [await daemonPid(a, routerId, 'dnsmasq'), await daemonPid(a, routerId, 'metadata')];

/** The router's daemons that run on host a. */
async function daemons(): Promise<string[]> {
  return (await a.processes()).filter((line) => /^(dnsmasq|\S*node) /.test(line) && line.includes(`/routers/${routerId}/`));
}

/** What host a shows of the router: namespaces, interfaces, files and processes. */
async function traces(): Promise<string[]> {
  const { text } = await a.run(
    'sh',
    '-c',
    `(
    ls /run/netns | grep '^nr-'; ip -o link | grep -oE '(nrg|nrp)[0-9a-f]+'; ls -d /run/nephos-routers/*; find ${LAB_STATE}/routers -type f) 2>/dev/null`,
  );
  return [...text.split('\n').filter(Boolean), ...(await daemons())];
}

beforeAll(async () => {
  lab = await makePacketLab('l');
  [a, b] = lab.hosts;
  await b.do({ method: 'ensureNetwork', network: network({ localIp: b.ip, peerIps: [a.ip] }) });
  web = await b.addGuest('web', VNI, WEB_MAC);
});
afterAll(() => lab?.remove());

describe('a router', () => {
  beforeEach(() => ensure());
  afterEach(async () => {
    await remove(99);
    await forget();
  });

  it('keeps its daemons over a restart of the agent, and over every apply that changes nothing for them', async () => {
    const before = await pids();
    await a.restartDriver();
    await ensure();
    await ensure({ revision: 2, public: { ip: '203.0.113.11', prefixLength: 24 } });
    expect(await pids()).toEqual(before);
    expect(await serves()).toEqual({ ip: '10.1.1.11', name: 'web-1' });
    expect((await lab.outside('busybox', 'arping', '-c', '1', '-w', '1', '-I', 'public', '203.0.113.10')).exitCode).not.toBe(0); // the old address
    expect((await lab.outside('busybox', 'arping', '-c', '1', '-w', '1', '-I', 'public', '203.0.113.11')).exitCode).toBe(0);
  });

  it.each(['dnsmasq', 'metadata'] as const)('is repaired when %s was killed, though the revision is the same', async (name) => {
    await a.run('kill', '-9', String(await daemonPid(a, routerId, name)));
    expect(await a.do({ method: 'listRouters' })).toEqual([{ routerId, generation: 1, appliedRevision: 0 }]); // so that the agent sees it
    await ensure();
    expect(await serves()).toEqual({ ip: '10.1.1.11', name: 'web-1' });
  });

  it.each([
    ['a filter that was flushed', ['ip', 'netns', 'exec', names.namespace, 'nft', 'flush', 'ruleset']],
    ['a cable that was cut', ['ip', 'link', 'del', names.guestPort]],
    ['a cable that was unplugged', ['ip', 'link', 'set', names.guestPort, 'nomaster']],
    ['an address that was taken away', ['ip', '-n', names.namespace, 'addr', 'flush', 'dev', 'guest']],
    ['a public side that is down', ['ip', '-n', names.namespace, 'link', 'set', 'public', 'down']],
    ['a namespace that was deleted under its daemons', ['ip', 'netns', 'del', names.namespace]],
    ['a record of a daemon that was lost', ['rm', `${LAB_STATE}/routers/${routerId}/dnsmasq.pid`, `${LAB_STATE}/routers/${routerId}/metadata.pid`]],
    ['a record that names a process of somebody else', ['sh', '-c', `sed -i 's/"pid":[0-9]*/"pid":1/' ${LAB_STATE}/routers/${routerId}/*.pid`]],
    ['a torn record', ['truncate', '-s', '5', `${LAB_STATE}/routers/${routerId}/applied.json`]],
    ['lost files', ['rm', '-r', `${LAB_STATE}/routers/${routerId}/metadata`, `/run/nephos-routers/${names.namespace}`]],
  ])('is repaired: %s', async (_, breakIt) => {
    expect(await a.run(...breakIt)).toMatchObject({ exitCode: 0 });
    await ensure();
    expect(await serves()).toEqual({ ip: '10.1.1.11', name: 'web-1' });
    expect((await web.run('busybox', 'ping', '-c', '1', '-W', '1', '203.0.113.1')).exitCode).toBe(0);
    expect((await lab.outside('busybox', 'ping', '-c', '1', '-W', '1', '203.0.113.10')).exitCode).not.toBe(0);
    expect(await daemons()).toHaveLength(2);
    await remove();
    expect(await traces()).toEqual([`${LAB_STATE}/routers/${routerId}/claim.json`]);
  });

  it('serves a guest that came, without a restart, and forgets one that went', async () => {
    await serves(); // a lease for the old one
    const [dnsmasq] = await pids();
    const late = aGuest({ instanceId: '018f0000-0000-7000-8000-00000000cc09', hostname: 'late', macAddress: '02:00:00:00:00:19', ip: '10.1.1.19' });
    await ensure({ revision: 2, guests: [aGuest(), late] });
    const guest = await b.addGuest('late', VNI, late.macAddress);
    expect(await guest.dhcp()).toMatchObject({ ip: '10.1.1.19', hostname: 'late' });
    expect((await pids())[0]).toBe(dnsmasq);
    expect(await resolve('late.cs1.internal')).toContain('10.1.1.19');

    // Its address goes to another at once; the lease of the old one must not be in the way, nor its name answer.
    await ensure({ revision: 3, guests: [aGuest(), { ...late, hostname: 'heir', macAddress: '02:00:00:00:00:29' }] });
    expect(await guest.dhcp()).toBeUndefined();
    const heir = await b.addGuest('heir', VNI, '02:00:00:00:00:29');
    expect(await heir.dhcp()).toMatchObject({ ip: '10.1.1.19', hostname: 'heir' });
    expect(await resolve('late.cs1.internal')).toMatch(/NXDOMAIN|can't find/);
    await guest.remove();
    await heir.remove();
  });

  it.each(['ignore', 'infinite', '10m', '3600', 'a'.repeat(63), 'WEB'])('gives a guest called %s its address and its name', async (hostname) => {
    await ensure({ revision: 2, guests: [aGuest({ hostname })] });
    expect(await web.dhcp()).toMatchObject({ ip: '10.1.1.11', lease: '86400', hostname: expect.stringMatching(new RegExp(`^${hostname}$`, 'i')) });
    expect(await resolve(`${hostname}.cs1.internal`)).toContain('10.1.1.11');
  });

  it('does not take a name from what a guest calls itself', async () => {
    await ensure({ revision: 2, guests: [aGuest({ hostname: 'data-server' })] }); // the router's: this guest has no name of ours
    const asking = ['busybox', 'udhcpc', '-f', '-q', '-n', '-t', '3', '-T', '1', '-i', 'eth0', '-s', '/bin/true', '-x', 'hostname:intranet'];
    expect((await web.run(...asking)).exitCode).toBe(0);
    expect(await resolve('intranet.cs1.internal')).toMatch(/NXDOMAIN|can't find/);
    expect(await resolve('data-server.cs1.internal')).not.toContain('10.1.1.11');
  });

  it('goes on serving whom a newer revision named, when an older one comes late', async () => {
    await ensure({ revision: 5 });
    await ensure({ revision: 4, guests: [] });
    expect(await serves()).toEqual({ ip: '10.1.1.11', name: 'web-1' });
  });

  it('refuses a state that would break a configuration, and goes on with the one it has', async () => {
    await expect(ensure({ revision: 2, guests: [aGuest({ hostname: 'x\ny' })] })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await serves()).toEqual({ ip: '10.1.1.11', name: 'web-1' });
  });
});

describe('a crash', () => {
  afterEach(forget);
  const STEPS = [
    'make the namespace',
    'set the filter',
    'plug the cables',
    'start DHCP and DNS',
    'start the metadata service',
    'record what was applied',
  ];
  const UNDOS = ['end the daemons', 'pull the cables', 'remove the namespace', 'remove the files'];

  it.each(STEPS)('before "%s" leaves what the next apply completes, or a removal clears', async (failAt) => {
    await a.do({ method: 'ensureNetwork', network: network() });
    const crash = () => a.do({ method: 'ensureRouter', router: desired(), failAt });
    await expect(crash()).rejects.toThrow(`crash before ${failAt}`);
    await ensure();
    expect(await serves()).toEqual({ ip: '10.1.1.11', name: 'web-1' });
    await remove();
    await expect(crash()).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    await forget();
    await expect(crash()).rejects.toThrow(`crash before ${failAt}`);
    await remove();
    expect(await traces()).toEqual([`${LAB_STATE}/routers/${routerId}/claim.json`]);
  });

  it.each(UNDOS)('before "%s" leaves what the next removal clears, or a newer claim brings back', async (failAt) => {
    const crash = (generation: number) => a.do({ method: 'removeRouter', router: { routerId, generation }, failAt });
    await ensure();
    await expect(crash(1)).rejects.toThrow(`crash before ${failAt}`);
    expect(await a.do({ method: 'listRouters' })).toEqual([{ routerId, generation: 1, appliedRevision: 0 }]); // it can still be found
    await expect(ensure()).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    await ensure({ generation: 2 });
    expect(await serves()).toEqual({ ip: '10.1.1.11', name: 'web-1' });
    await expect(crash(2)).rejects.toThrow(`crash before ${failAt}`);
    await remove(2);
    expect(await traces()).toEqual([`${LAB_STATE}/routers/${routerId}/claim.json`]);
    expect(await a.do({ method: 'listRouters' })).toEqual([]);
  });
});

describe('a guest network', () => {
  const fdb = async () => {
    const { text } = await a.run('bridge', '-j', 'fdb', 'show', 'dev', `nvx${VNI}`);
    const entries = z.array(z.object({ mac: z.string(), dst: z.string().optional() })).parse(JSON.parse(text.replaceAll('{},', '')));
    return entries
      .filter(({ mac }) => mac === '00:00:00:00:00:00')
      .map(({ dst }) => dst)
      .sort();
  };

  it('floods to exactly its peers, and goes on forwarding while it is applied again', async () => {
    await a.do({ method: 'ensureNetwork', network: network() });
    const near = await a.addGuest('near', VNI, '02:00:00:00:00:31');
    await near.run('ip', 'addr', 'add', '10.1.1.31/24', 'dev', 'eth0');
    await web.run('ip', 'addr', 'replace', '10.1.1.11/24', 'dev', 'eth0');
    const pings = web.run('busybox', 'ping', '-c', '100', '-i', '0.02', '-W', '1', '10.1.1.31');
    for (let revision = 2; revision < 7; revision += 1) {
      const peerIps = revision % 2 ? [b.ip] : [b.ip, '192.0.2.7', '192.0.2.8'];
      await a.do({ method: 'ensureNetwork', network: network({ revision, peerIps }) });
      expect(await fdb()).toEqual([...peerIps].sort());
    }
    expect((await pings).text).toContain('100 packets received');
    await a.do({ method: 'ensureNetwork', network: network({ revision: 1, peerIps: [] }) }); // older: changes nothing
    expect(await fdb()).toHaveLength(3);
    await near.remove();
  });

  it('gives the host no address on it, not even a link-local one', async () => {
    expect((await a.run('ip', '-o', 'addr', 'show', 'dev', `nbr${VNI}`)).text).toBe('');
    expect((await a.run('ip', '-o', 'addr', 'show', 'dev', `nvx${VNI}`)).text).toBe('');
  });

  it('repairs a tunnel that was made otherwise', async () => {
    await a.run('ip', 'link', 'del', `nvx${VNI}`);
    await a.run('ip', 'link', 'add', `nvx${VNI}`, 'type', 'vxlan', 'id', '77', 'local', a.ip, 'dstport', '4789');
    await a.do({ method: 'ensureNetwork', network: network({ revision: 6 }) });
    expect((await a.run('ip', '-d', 'link', 'show', `nvx${VNI}`)).text).toMatch(new RegExp(`vxlan id ${VNI} local ${a.ip}.*dstport 4789`));
    expect(await fdb()).toEqual([b.ip]);
  });

  it("never finds the guests of the number's last owner in it", async () => {
    const old = await a.addGuest('old', VNI, '02:00:00:00:00:41');
    await a.do({ method: 'ensureNetwork', network: network({ networkId: '018f0000-0000-7000-8000-00000000bb99' }) });
    expect((await a.run('ls', `/sys/class/net/nbr${VNI}/brif`)).text.split('\n')).toEqual([`nvx${VNI}`]);
    await old.remove();
    await expect(a.do({ method: 'ensureNetwork', network: network({ revision: 6 }) })).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    await a.do({ method: 'removeNetwork', network: { networkId, vni: VNI, revision: 9 } }); // the last owner's removal, late
    await expect(a.do({ method: 'ensureNetwork', network: network({ revision: 9 }) })).rejects.toMatchObject({ code: 'STALE_GENERATION' });
    expect((await a.run('ls', `/sys/class/net/nbr${VNI}/brif`)).text.split('\n')).toEqual([`nvx${VNI}`]);
    expect((await a.run('ip', 'link', 'show', `nbr${VNI}`)).exitCode).toBe(0);
  });

  it('leaves nothing when it is removed but the note that it was', async () => {
    const last = { networkId: '018f0000-0000-7000-8000-00000000bb99', vni: VNI };
    await a.do({ method: 'removeNetwork', network: { ...last, revision: 1 } });
    expect((await a.run('sh', '-c', 'ip -o link | grep -cE "nbr|nvx"')).text).toBe('0');
    expect((await a.run('ls', `${LAB_STATE}/networks`)).text).toBe('');
    expect((await a.run('cat', `${LAB_STATE}/removed-networks/${last.networkId}.json`)).text).toBe('{"revision":1}');
  });
});
