import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureHostNamespace, type HostNamespace } from '@nephos/embedded/host-namespace';
import { connectHost, ensureWire, hostManagementIp, hostName } from '@nephos/embedded/wire';
import { z } from 'zod';
import { foldersOf, type Settings } from './settings.ts';

/** What the zone's set-up reads to add hosts: `.nephos/control/hosts.json`. */
export const hostsFileSchema = z.array(
  z.object({
    name: z.string(),
    hypervisor: z.enum(['kvm', 'simulator']),
    managementIp: z.ipv4(),
    /** Where the agent's configuration is written to, as seen from here. Simulated hosts share one. */
    agentConfigFile: z.string(),
  }),
);
export type HostsFile = z.output<typeof hostsFileSchema>;

/** The default zone's real hosts, as namespaces of this machine joined by a wire. They see nothing of the control plane's folders. */
export async function raiseRealHosts(settings: Settings): Promise<HostNamespace[]> {
  const folders = foldersOf(settings.dataFolder);
  const hosts: HostNamespace[] = [];
  await ensureWire(settings.wire);
  for (let index = 1; index <= settings.hostCount; index++) {
    const host = { name: hostName(settings.wire, index), folder: folders.host(hostName(settings.wire, index)) };
    await ensureHostNamespace(host, { hidden: [settings.dataFolder] });
    await connectHost(settings.wire, host.name, index);
    hosts.push(host);
  }
  return hosts;
}

/** An empty list of real hosts means simulated ones. */
export async function writeHostsFile(settings: Settings, real: readonly HostNamespace[]): Promise<void> {
  const folders = foldersOf(settings.dataFolder);
  const hosts: HostsFile =
    real.length > 0
      ? real.map(({ name, folder }, at) => ({
          name,
          hypervisor: 'kvm',
          managementIp: hostManagementIp(settings.wire, at + 1),
          agentConfigFile: path.join(folder, 'nephos', 'agent.json'),
        }))
      : Array.from({ length: settings.hostCount }, (_, at) => ({
          name: `simulated-${at + 1}`,
          hypervisor: 'simulator',
          managementIp: `127.${1 + Math.floor(at / 64_516)}.${Math.floor(at / 254) % 254}.${1 + (at % 254)}`,
          agentConfigFile: path.join(folders.simulator, 'agent.json'),
        }));
  await writeFile(folders.hostsFile, JSON.stringify(hosts, null, 2));
}
