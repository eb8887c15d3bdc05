import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aDesiredRouter, aGuest } from '@nephos/appliances/router/desired-router.factory';
import { routerNames } from '@nephos/appliances/router/router-names';
import type { DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import { daemonPid, makePacketLab, type LabGuest, type LabHost, type PacketLab } from './packet-lab.ts';

const VNI = 21_001;
const WEB = { macAddress: '02:00:00:00:00:11', ip: '10.1.1.11' };
const DB = { macAddress: '02:00:00:00:00:12', ip: '10.1.1.12' };
const USER_DATA = Buffer.concat([Buffer.from('#!/bin/sh\n'), Buffer.alloc(32_000, 0xe9)]); // not UTF-8

let lab: PacketLab;
let a: LabHost;
let b: LabHost;
let web: LabGuest; // on host b, the router is on host a
let db: LabGuest; // beside the router
let gateway: ChildProcess;

function network(host: LabHost, peer: LabHost, changes: Partial<DesiredNetwork> = {}): DesiredNetwork {
  return { ...aDesiredRouter().network, vni: VNI, localIp: host.ip, peerIps: [peer.ip], ...changes };
}
function desired(changes: Partial<DesiredRouter> = {}): DesiredRouter {
  const {
    guests: [first, second],
  } = aDesiredRouter();
  if (!first || !second) throw new Error('the factory has two guests');
  return aDesiredRouter({
    network: network(a, b),
    dnsServers: [],
    guests: [{ ...first, userData: USER_DATA.toString('base64') }, second],
    ...changes,
  });
}
const get = async (guest: LabGuest, path: string) => await guest.run('busybox', 'wget', '-q', '-O', '-', `http://10.1.1.1${path}`);
const password = async (guest: LabGuest, wish: string) =>
  (await guest.run('busybox', 'wget', '-q', '-O', '-', '--header', `DomU_Request: ${wish}`, 'http://10.1.1.1:8080/')).text;
const resolve = (guest: LabGuest, name: string) => guest.run('timeout', '5', 'busybox', 'nslookup', '-type=a', name, '10.1.1.1');

beforeAll(async () => {
  lab = await makePacketLab('s');
  [a, b] = lab.hosts;
  await b.do({ method: 'ensureNetwork', network: network(b, a) });
  web = await b.addGuest('web', VNI, WEB.macAddress);
  const from = performance.now();
  await a.do({ method: 'ensureRouter', router: desired() });
  const ready = performance.now();
  expect(await web.dhcp()).toBeDefined();
  console.log(`ensureRouter cold: ${Math.round(ready - from)} ms; to the first DHCP lease over VXLAN: ${Math.round(performance.now() - from)} ms`);
  db = await a.addGuest('db', VNI, DB.macAddress);

  // Says to whoever connects which address it sees.
  const [program = '', ...args] = lab.outsideCommand([
    process.execPath,
    '-e',
    "require('net').createServer((s) => s.end(s.remoteAddress)).listen(7000, '0.0.0.0', () => console.log('up'))",
  ]);
  gateway = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (gateway.stdout) await once(gateway.stdout, 'data');
});

afterAll(async () => {
  gateway?.kill();
  await lab?.remove();
});

describe('a guest on another host than its router', () => {
  it('gets address, way out, name server, name and MTU by DHCP, with the router as server identifier', async () => {
    expect(await web.dhcp()).toMatchObject({
      ip: WEB.ip,
      mask: '24',
      router: '10.1.1.1',
      dns: '10.1.1.1',
      domain: 'cs1.internal',
      mtu: '1450',
      hostname: 'web-1',
      serverid: '10.1.1.1',
      lease: '86400',
    });
  });

  it('sends packets of the whole MTU through the tunnel', async () => {
    await db.dhcp();
    expect(await web.run('busybox', 'ping', '-c', '1', '-W', '2', '-s', String(1_450 - 28), DB.ip)).toMatchObject({ exitCode: 0 });
  });

  it('resolves the names of its network, and none of another when nothing is forwarded to', async () => {
    expect((await resolve(web, 'db-1.cs1.internal')).text).toContain(`Address: ${DB.ip}`);
    expect((await resolve(web, 'db-1')).text).toContain(`Address: ${DB.ip}`);
    expect((await resolve(web, 'data-server')).text).toContain('Address: 10.1.1.1');
    expect((await resolve(web, 'example.org')).text).toMatch(/REFUSED|NXDOMAIN|can't find/);
  });

  it('reads its own metadata as cloud-init asks for it', async () => {
    const { instanceId } = aGuest();
    expect((await get(web, '/latest/meta-data/instance-id')).text).toBe(instanceId);
    const listed = (await get(web, '/latest/meta-data/')).text.split('\n');
    expect(listed).toEqual([
      'service-offering',
      'availability-zone',
      'local-ipv4',
      'local-hostname',
      'public-ipv4',
      'public-hostname',
      'instance-id',
      'vm-id',
      'public-keys',
    ]);
    for (const name of listed) expect(await get(web, `/latest/meta-data/${name}`)).toMatchObject({ exitCode: 0 });
    expect((await get(web, '/latest/meta-data/public-keys/0/openssh-key')).text).toBe('ssh-ed25519 AAAAC3Nza web');
    expect((await get(web, '/2009-04-04/meta-data/public-keys/')).text).toBe('0=nephos');
    expect((await get(web, '/latest/meta-data/no-such')).text).toContain('404');
    expect((await web.run('busybox', 'wget', '-q', '-O', '-', 'http://169.254.169.254/latest/meta-data/local-hostname')).text).toBe('web-1');
    expect((await get(db, '/latest/meta-data/local-hostname')).text).toBe('db-1');
  });

  it('gets its user data byte by byte, and a 404 when it has none', async () => {
    const { text } = await web.run('sh', '-c', 'busybox wget -q -O - http://10.1.1.1/latest/user-data | busybox base64 -w 0');
    expect(Buffer.from(text, 'base64').equals(USER_DATA)).toBe(true);
    expect((await get(db, '/latest/user-data')).text).toContain('404');
  });

  it('gets its password until it says that it has it, whatever is started anew', async () => {
    expect(await password(web, 'send_my_password')).toBe('f1rst-Secret');
    expect(await password(web, 'send_my_password')).toBe('f1rst-Secret');
    expect(await password(web, 'no_such_wish')).toBe('bad_request');
    expect(await password(web, 'saved_password')).toBe('saved_password');
    expect(await password(web, 'send_my_password')).toBe('saved_password');
    expect((await a.run('grep', '-r', 'f1rst-Secret', '/var/lib/nephos', '/run/nephos-routers')).exitCode).toBe(1);

    await a.run('kill', '-9', String(await daemonPid(a, desired().routerId, 'metadata')));
    await a.do({ method: 'ensureRouter', router: desired() });
    expect(await password(web, 'send_my_password')).toBe('saved_password');

    const [first, second] = desired().guests;
    if (!first || !second) throw new Error('the factory has two guests');
    await a.do({ method: 'ensureRouter', router: desired({ revision: 2, guests: [{ ...first, password: 'n3w-Secret' }, second] }) });
    expect(await password(web, 'send_my_password')).toBe('n3w-Secret');
    expect(await password(db, 'send_my_password')).toBe('saved_password');
  });

  it('goes out under the public address', async () => {
    const { text } = await web.run('timeout', '5', 'busybox', 'nc', '203.0.113.1', '7000');
    expect(text).toBe('203.0.113.10');
  });

  it('is reached by a dialled connection from inside its network', async () => {
    await web.run('sh', '-c', 'setsid busybox nc -ll -p 2222 -e busybox rev >/dev/null 2>&1 &');
    await expect
      .poll(() => a.do({ method: 'dial', routerId: desired().routerId, ip: WEB.ip, port: 2222, text: 'hello\n' }).catch(() => ''), { timeout: 5_000 })
      .toBe('olleh\n');
    await expect(a.do({ method: 'dial', routerId: desired().routerId, ip: WEB.ip, port: 2223, text: '' })).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    });
    await expect(a.do({ method: 'dial', routerId: 'no-such', ip: WEB.ip, port: 22, text: '' })).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });
});

describe('what is not allowed', () => {
  const tcp = (ip: string, port: number) => lab.outside('timeout', '2', 'busybox', 'nc', '-w', '1', ip, String(port));

  it('gives an unknown MAC no address', async () => {
    const stranger = await b.addGuest('stranger', VNI, '02:00:00:00:00:77');
    expect(await stranger.dhcp()).toBeUndefined();
    await stranger.run('ip', 'addr', 'add', '10.1.1.77/24', 'dev', 'eth0');
    expect((await get(stranger, '/latest/meta-data/')).text).toContain('404');
    expect(
      (await stranger.run('busybox', 'wget', '-q', '-O', '-', '--header', 'DomU_Request: send_my_password', 'http://10.1.1.1:8080/')).text,
    ).toContain('404');
    await stranger.remove();
  });

  it('lets nothing in from the public side: not the router, and not the guests behind it', async () => {
    for (const port of [53, 80, 8080]) expect((await tcp('203.0.113.10', port)).exitCode).not.toBe(0);
    expect((await lab.outside('busybox', 'ping', '-c', '1', '-W', '1', '203.0.113.10')).exitCode).not.toBe(0);
    expect((await lab.outside('timeout', '1', 'busybox', 'nslookup', 'db-1.cs1.internal', '203.0.113.10')).text).not.toContain(DB.ip);
    await lab.outside('ip', 'route', 'replace', '10.1.1.0/24', 'via', '203.0.113.10');
    expect((await lab.outside('busybox', 'ping', '-c', '1', '-W', '1', WEB.ip)).exitCode).not.toBe(0);
    expect((await tcp(WEB.ip, 2222)).exitCode).not.toBe(0); // it listens: see above
    expect((await lab.outside('busybox', 'arping', '-c', '1', '-w', '1', '-I', 'public', '10.1.1.1')).exitCode).not.toBe(0);
  });

  it("keeps a guest from the router's other ports", async () => {
    const { namespace } = routerNames(desired().routerId);
    await a.run('sh', '-c', `ip netns exec ${namespace} setsid busybox nc -ll -p 9999 -e busybox cat >/dev/null 2>&1 &`);
    expect((await web.run('timeout', '2', 'busybox', 'nc', '-w', '1', '10.1.1.1', '9999')).exitCode).not.toBe(0);
    expect((await web.run('busybox', 'ping', '-c', '1', '-W', '1', '10.1.1.1')).exitCode).toBe(0);
  });

  it('keeps two networks with the same addresses and different numbers apart', async () => {
    const other = {
      networkId: '018f0000-0000-7000-8000-00000000bb02',
      vni: 21_002,
    };
    const router = desired({
      routerId: '018f0000-0000-7000-8000-00000000aa02',
      network: network(b, a, other),
      public: { ip: '203.0.113.20', prefixLength: 24, gateway: '203.0.113.1' },
      guests: [aGuest({ hostname: 'twin', macAddress: '02:00:00:00:00:21' })],
    });
    await b.do({ method: 'ensureRouter', router });
    await a.do({ method: 'ensureNetwork', network: network(a, b, other) });
    const twin = await a.addGuest('twin', 21_002, '02:00:00:00:00:21');
    expect(await twin.dhcp()).toMatchObject({ ip: WEB.ip, hostname: 'twin' });
    expect((await get(twin, '/latest/meta-data/local-hostname')).text).toBe('twin');
    expect((await get(web, '/latest/meta-data/local-hostname')).text).toBe('web-1');
    expect((await twin.run('timeout', '5', 'busybox', 'nc', '203.0.113.1', '7000')).text).toBe('203.0.113.20');
    expect((await twin.run('busybox', 'ping', '-c', '1', '-W', '1', DB.ip)).exitCode).not.toBe(0);
    await twin.remove();
    await b.do({ method: 'removeRouter', router: { routerId: router.routerId, generation: 1 } });
  });
});
