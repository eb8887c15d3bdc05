import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureHostNamespace, insideHost, isHostUp, processesInside, type HostNamespace } from './host-namespace.ts';
import { LIBVIRT_URI, startLibvirtd } from './libvirtd.ts';
import { startProcess, type RunningProcess } from './process.ts';
import { tool, toolSucceeds } from './tool.ts';
import { connectHost, ensureWire, hostManagementIp, hostName, machineIp, publicGateway, removeWireAndHosts, type Wire } from './wire.ts';

const wire: Wire = { prefix: `t${process.pid}`, managementNet: `10.214.${process.pid % 256}`, publicNet: '203.0.113' };
let folder = '';
let one: HostNamespace;
let two: HostNamespace;

const inside = (host: HostNamespace, ...argv: string[]) => tool(insideHost(host, argv));
const reaches = (host: HostNamespace, ip: string) => toolSucceeds(insideHost(host, ['busybox', 'ping', '-c', '1', '-W', '2', ip]));
const DOMAIN = (name: string) =>
  `<domain type='qemu'><name>${name}</name><memory unit='MiB'>16</memory><os><type arch='x86_64'>hvm</type></os></domain>`;

beforeAll(async () => {
  await removeHostsOfDeadTests();
  folder = await mkdtemp(path.join(tmpdir(), 'nephos-hosts-test-'));
  one = { name: hostName(wire, 1), folder: path.join(folder, 'h1') };
  two = { name: hostName(wire, 2), folder: path.join(folder, 'h2') };
  await ensureWire(wire);
  for (const [index, host] of [one, two].entries()) {
    await ensureHostNamespace(host, { hidden: [folder] });
    await connectHost(wire, host.name, index + 1);
  }
});

afterAll(async () => {
  await removeWireAndHosts(wire.prefix);
  await rm(folder, { recursive: true, force: true });
});

async function removeHostsOfDeadTests(): Promise<void> {
  const names = await readdir('/run/netns').catch(() => []);
  for (const prefix of new Set(names.map((name) => /^(t\d+)-(?:wire|h\d+)$/.exec(name)?.[1]))) {
    if (prefix && !existsSync(`/proc/${prefix.slice(1)}`)) await removeWireAndHosts(prefix);
  }
}

describe('two hosts on one machine', () => {
  it('reach each other, the machine and the public gateway', async () => {
    expect(await reaches(one, hostManagementIp(wire, 2))).toBe(true);
    expect(await reaches(two, hostManagementIp(wire, 1))).toBe(true);
    expect(await reaches(one, machineIp(wire))).toBe(true);
    await inside(one, 'ip', 'address', 'add', `${wire.publicNet}.50/24`, 'dev', 'brpublic');
    expect(await reaches(one, publicGateway(wire))).toBe(true);
    expect(await reaches(two, publicGateway(wire))).toBe(false); // the public network is not the management one
  });

  it('keep their folders, names and namespaces to themselves', async () => {
    await inside(one, 'touch', '/run/mine', '/var/lib/libvirt/mine', '/var/lib/nephos/mine');
    await inside(one, 'ip', 'netns', 'add', 'router');
    for (const place of ['/run', '/var/lib/libvirt', '/var/lib/nephos']) {
      expect(await inside(one, 'ls', place)).toContain('mine');
      expect(await inside(two, 'ls', place)).not.toContain('mine');
      expect(existsSync(path.join(place, 'mine'))).toBe(false);
    }
    expect(await inside(one, 'ip', 'netns', 'list')).toBe('router');
    expect(await inside(two, 'ip', 'netns', 'list')).toBe('');
    expect(await inside(one, 'hostname')).toBe(one.name);
    expect((await inside(two, 'ls', '/sys/class/net')).split('\n').sort()).toEqual(['brpublic', 'lo', 'mgmt0', 'public0']);
  });

  it('do not see folders that are hidden from them', async () => {
    await writeFile(path.join(folder, 'secret'), 'of the control plane');
    expect(await inside(one, 'ls', '-A', folder)).toBe('');
  });

  it('know the processes of their routers too', async () => {
    await inside(two, 'ip', 'netns', 'add', 'router');
    const daemon = startProcess({
      name: 'daemon',
      argv: insideHost(two, ['ip', 'netns', 'exec', 'router', process.execPath, '-e', "console.log('ready'); setInterval(() => 0, 1e6)"]),
      readiness: { kind: 'line', pattern: /ready/ },
      readyTimeoutMs: 10_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
    });
    await daemon.ready;
    expect(await processesInside(two.name)).toEqual([daemon.pid]);
    expect(await processesInside(one.name)).toEqual([]);
    await daemon.stop();
  });

  it('run processes that report to us over IPC, as agents do', async () => {
    const agent = startProcess({
      name: 'agent',
      argv: insideHost(one, [process.execPath, '-e', 'process.send({ ready: true }); setInterval(() => 0, 1e6)']),
      readiness: { kind: 'message' },
      readyTimeoutMs: 10_000,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 5_000,
    });
    await agent.ready;
    expect(await processesInside(one.name)).toEqual([agent.pid]);
    await agent.stop();
  });

  it('each have a libvirtd that knows its own guests only, also after kill -9', async () => {
    const daemons = await Promise.all([startLibvirtd(one), startLibvirtd(two)]);
    const list = (host: HostNamespace) => inside(host, 'virsh', '-c', LIBVIRT_URI, 'list', '--all', '--name');
    for (const host of [one, two]) {
      await writeFile(path.join(host.folder, 'nephos/guest.xml'), DOMAIN(`guest-of-${host.name}`));
      await inside(host, 'virsh', '-c', LIBVIRT_URI, 'create', '/var/lib/nephos/guest.xml');
    }
    expect((await list(one)).trim()).toBe(`guest-of-${one.name}`);
    expect((await list(two)).trim()).toBe(`guest-of-${two.name}`);

    daemons[0].child.kill('SIGKILL');
    await daemons[0].exited;
    const again: RunningProcess = await startLibvirtd(one);
    expect(await inside(one, 'virsh', '-c', LIBVIRT_URI, 'domstate', `guest-of-${one.name}`)).toContain('running');
    await Promise.all([again.stop(), daemons[1].stop()]);
    expect(await processesInside(one.name)).toHaveLength(1); // the guest
  });

  it('leave nothing behind', async () => {
    await removeWireAndHosts(wire.prefix);
    expect(await isHostUp(one.name)).toBe(false);
    expect(await tool(['ip', 'netns', 'list'])).not.toContain(wire.prefix);
    expect(await tool(['ip', 'link', 'show'])).not.toContain(wire.prefix);
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(wire.prefix);
    const commands = await Promise.all(
      (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    expect(commands.filter((command) => command.includes(`guest-of-${wire.prefix}`))).toEqual([]);
  });
});
