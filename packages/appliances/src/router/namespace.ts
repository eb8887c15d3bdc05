import { rm, stat, statfs } from 'node:fs/promises';
import { isNotThere } from '../state-files.ts';
import { runTool, type ToolOptions } from '../run-tool.ts';

const NSFS_MAGIC = 0x6e736673;

/** Where iproute2 keeps the names of namespaces (ip-netns(8)); the agent sees its own. */
function pathOf(namespace: string): string {
  return `/run/netns/${namespace}`;
}

/** A name whose mount is gone (reboot with a /run on disk, crash inside `ip netns add`) counts as none. */
export async function hasNamespace(namespace: string): Promise<boolean> {
  try {
    return (await statfs(pathOf(namespace))).type === NSFS_MAGIC;
  } catch (error) {
    if (isNotThere(error)) return false;
    throw error;
  }
}

/** The kernel's number of the namespace: two with the same name, one after the other, differ. */
export async function namespaceInode(namespace: string): Promise<number> {
  return (await stat(pathOf(namespace))).ino;
}

export async function ensureNamespace(namespace: string, options: ToolOptions): Promise<void> {
  if (!(await hasNamespace(namespace))) {
    await rm(pathOf(namespace), { force: true });
    await runTool('ip', ['netns', 'add', namespace], options);
  }
  await runTool('ip', ['netns', 'exec', namespace, 'sysctl', '-q', '-w', ...SETTINGS], options);
}

export async function removeNamespace(namespace: string, options: ToolOptions): Promise<void> {
  if (await hasNamespace(namespace)) await runTool('ip', ['netns', 'del', namespace], options);
  await rm(pathOf(namespace), { force: true });
}

/** Of this namespace only (kernel: networking/ip-sysctl). ip_forward comes first, because switching it on resets others. */
const SETTINGS = [
  'net.ipv4.ip_forward=1',
  'net.ipv4.conf.all.rp_filter=1',
  'net.ipv4.conf.all.accept_redirects=0',
  'net.ipv4.conf.all.send_redirects=0',
  // An address answers ARP only on its own side: the public side never learns of the guest address.
  'net.ipv4.conf.all.arp_ignore=1',
  'net.ipv4.conf.all.arp_announce=2',
  // A gratuitous ARP when an interface comes up: neighbours of an address that moved here learn it at once.
  'net.ipv4.conf.all.arp_notify=1',
  'net.ipv6.conf.all.disable_ipv6=1',
  'net.ipv6.conf.default.disable_ipv6=1',
];
