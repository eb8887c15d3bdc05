import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { insideHost, processesInside } from '@nephos/embedded/host-namespace';
import { execa } from 'execa';
import { z } from 'zod';
import type { EmbeddedCloud } from './embedded-cloud.ts';
import { foldersOf } from './settings.ts';

/** What runs on a host without a guest: libvirtd, the agent (Node's main thread), and how it hears of events. */
const ITS_OWN = new Set(['libvirtd', 'MainThread', 'node', 'virsh']);

/** What tenants have left on a real host: all of it is gone with the last of them. */
export interface LeftOnHost {
  processes: string[];
  links: string[];
  namespaces: string[];
  volumes: string[];
  domains: string;
}
export const NOTHING: LeftOnHost = { processes: [], links: [], namespaces: [], volumes: [], domains: '' };

export async function whatIsLeft({ dataFolder }: EmbeddedCloud, host: string): Promise<LeftOnHost> {
  const inside = async (...argv: string[]) => {
    const [program = '', ...args] = insideHost({ name: host }, argv);
    return (await execa(program, args)).stdout.trim();
  };
  const links = z.array(z.object({ ifname: z.string() })).parse(JSON.parse(await inside('ip', '-j', 'link')));
  return {
    processes: (await processesOn(host)).map(({ name }) => name).filter((name) => !ITS_OWN.has(name)),
    links: links.map(({ ifname }) => ifname).filter((ifname) => /^(nbr|nvx|vnet|nr)/.test(ifname)),
    namespaces: (await inside('ip', 'netns', 'list')).split('\n').filter(Boolean),
    volumes: (await readdir(path.join(foldersOf(dataFolder).host(host), 'nephos/pool'), { recursive: true })).filter((file) =>
      file.includes('volumes/'),
    ),
    domains: await inside('virsh', '--quiet', '--connect', 'qemu:///system', 'list', '--all'),
  };
}

export async function processesOn(host: string): Promise<{ pid: number; name: string }[]> {
  const pids = await processesInside(host);
  return Promise.all(pids.map(async (pid) => ({ pid, name: (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() })));
}
