import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '@nephos/model/errors';
import { mountPoints } from './mounts.ts';
import { tool } from './tool.ts';

/**
 * A part of this machine that behaves like a machine of its own: a network namespace, a host name, and private folders for
 * everything that libvirt, the agent and the routers keep. The namespaces are held by mounts and not by a process
 * (unshare(1), --mount=FILE), so they outlive whoever made them, and whatever enters later finds what runs inside.
 */
export interface HostNamespace {
  /** Also the host name inside, and the name of its network namespace. */
  name: string;
  /** Holds its private folders; they stay when the namespace goes. */
  folder: string;
}

/** Where each private folder of the host is seen inside it. */
const PRIVATE_FOLDERS = {
  etc: '/etc/libvirt',
  varlib: '/var/lib/libvirt',
  log: '/var/log/libvirt',
  cache: '/var/cache/libvirt',
  nephos: '/var/lib/nephos',
  run: '/run', // the last: until then /run/netns is the machine's
} as const;

/** Where an agent keeps its things, seen from inside; outside it is the folder `nephos` of the host's folder. */
export const AGENT_FOLDER = PRIVATE_FOLDERS.nephos;

const HOLD = '/run/nephos';
const holdOf = (name: string, kind: 'mnt' | 'uts' | 'complete') => path.join(HOLD, name, kind);

/** Makes the namespace unless it is there. `hidden` folders of this machine look empty inside. */
export async function ensureHostNamespace(host: HostNamespace, { hidden = [] }: { hidden?: string[] } = {}): Promise<void> {
  if (await isHostUp(host.name)) return;
  await removeHostNamespace(host.name); // what an interrupted start left
  await makeHolds(host.name);
  await makeFolders(host.folder);
  await tool(['ip', 'netns', 'add', host.name]);
  await tool(['unshare', `--mount=${holdOf(host.name, 'mnt')}`, `--uts=${holdOf(host.name, 'uts')}`, '--propagation', 'private', 'true']);
  await arrangeInside(host, hidden);
  await writeFile(holdOf(host.name, 'complete'), '');
}

export async function isHostUp(name: string): Promise<boolean> {
  return existsSync(holdOf(name, 'complete')) && (await mountPoints()).has(holdOf(name, 'mnt'));
}

/** The command that runs `argv` inside the host, from `/`. */
export function insideHost({ name }: { name: string }, argv: readonly string[]): string[] {
  return ['nsenter', `--net=/run/netns/${name}`, `--mount=${holdOf(name, 'mnt')}`, `--uts=${holdOf(name, 'uts')}`, '--', ...argv];
}

/** Every process of the host, also those in router namespaces made inside: none of them leaves its host name. */
export async function processesInside(name: string): Promise<number[]> {
  const { ino } = await stat(holdOf(name, 'uts')).catch(() => ({ ino: 0 }));
  const pids: number[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    if ((await readlink(`/proc/${pid}/ns/uts`).catch(() => '')) === `uts:[${ino}]`) pids.push(Number(pid));
  }
  return pids;
}

/** Ends everything that runs inside (guests, routers, daemons) and removes the namespace. Its folder stays. */
export async function removeHostNamespace(name: string): Promise<void> {
  await endProcessesInside(name, 10_000);
  const mounted = await mountPoints();
  for (const kind of ['mnt', 'uts'] as const) if (mounted.has(holdOf(name, kind))) await tool(['umount', '--lazy', holdOf(name, kind)]);
  await rm(path.join(HOLD, name), { recursive: true, force: true });
  if (existsSync(`/run/netns/${name}`)) await tool(['ip', 'netns', 'del', name]);
}

/** Names of the hosts on this machine that begin so. */
export async function listHostNamespaces(prefix: string): Promise<string[]> {
  return (await readdir(HOLD).catch(() => [])).filter((name) => name.startsWith(prefix)).sort();
}

async function makeHolds(name: string): Promise<void> {
  await mkdir(path.join(HOLD, name), { recursive: true });
  // A mount that holds a mount namespace must itself lie in a mount that spreads nowhere.
  if (!(await mountPoints()).has(HOLD)) await tool(['mount', '--bind', HOLD, HOLD]);
  await tool(['mount', '--make-private', HOLD]);
  for (const kind of ['mnt', 'uts'] as const) await writeFile(holdOf(name, kind), '');
}

async function makeFolders(folder: string): Promise<void> {
  await rm(path.join(folder, 'run'), { recursive: true, force: true }); // of a life that has ended: its pid files mean nothing now
  for (const name of Object.keys(PRIVATE_FOLDERS)) await mkdir(path.join(folder, name), { recursive: true });
  for (const name of ['lock', 'netns']) await mkdir(path.join(folder, 'run', name));
  for (const mountPoint of Object.values(PRIVATE_FOLDERS)) await mkdir(mountPoint, { recursive: true });
}

async function arrangeInside(host: HostNamespace, hidden: string[]): Promise<void> {
  const inside = (...argv: string[]) => tool(insideHost(host, argv));
  await inside('ip', 'link', 'set', 'lo', 'up');
  await inside('hostname', host.name);
  await inside('mount', '-t', 'sysfs', 'sysfs', '/sys'); // or /sys/class/net would show the machine's interfaces
  // Without these, this host would keep the namespaces of the others alive after they are removed.
  const mounted = await mountPoints();
  for (const place of [HOLD, '/run/netns']) if (mounted.has(place)) await inside('umount', '--recursive', '--lazy', place);
  for (const [name, mountPoint] of Object.entries(PRIVATE_FOLDERS)) await inside('mount', '--bind', path.join(host.folder, name), mountPoint);
  for (const place of hidden) await inside('mount', '-t', 'tmpfs', '-o', 'ro,size=4k,mode=000', 'hidden', place);
  await openKvm(inside);
}

/**
 * Where no udev sets its group, /dev/kvm is root's alone. libvirt then finds KVM when it probes QEMU and not when it looks for the user
 * that runs guests, distrusts its own probe, and repeats it at every call, for many seconds. The host gets a node of its own with udev's rights.
 */
async function openKvm(inside: (...argv: string[]) => Promise<string>): Promise<void> {
  const device = await stat('/dev/kvm').catch(() => undefined);
  const READ_AND_WRITE_BY_GROUP = 0o060;
  if (!device || (device.mode & READ_AND_WRITE_BY_GROUP) === READ_AND_WRITE_BY_GROUP) return;
  if (!(await readFile('/etc/group', 'utf8')).split('\n').some((line) => line.startsWith('kvm:'))) return;
  await inside('mkdir', '/run/devices');
  await inside('mount', '-t', 'tmpfs', '-o', 'size=4k,mode=755', 'devices', '/run/devices');
  await inside('mknod', '--mode=660', '/run/devices/kvm', 'c', '10', '232'); // Linux's list of allocated devices: misc, kvm
  await inside('chgrp', 'kvm', '/run/devices/kvm');
  await inside('mount', '--bind', '/run/devices/kvm', '/dev/kvm');
}

async function endProcessesInside(name: string, graceMs: number): Promise<void> {
  const killAt = Date.now() + graceMs;
  const giveUpAt = killAt + 10_000;
  let signal: NodeJS.Signals | 0 = 'SIGTERM';
  for (let pids = await processesInside(name); pids.length > 0; pids = await processesInside(name)) {
    if (Date.now() > giveUpAt) throw new DomainError('UNEXPECTED', `Processes of host ${name} do not end: ${pids.join(', ')}`);
    if (Date.now() > killAt) signal = 'SIGKILL';
    for (const pid of pids) signalIfThere(pid, signal);
    signal = 0; // asked once; from here only watched until they are killed
    await delay(50); // not our children: their end cannot be waited for
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals | 0): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
