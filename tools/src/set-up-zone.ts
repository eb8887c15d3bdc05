// Makes the embedded cloud's default zone through the public API, as any integrator would make one. Everything is looked for
// by its name first, so that it can run at every start.
//   node tools/src/set-up-zone.ts API_URL HOSTS_FILE CONTROL_FOLDER
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AppRouter } from '@nephos/api/app-router';
import { publicGateway } from '@nephos/embedded/wire';
import { createTRPCClient, httpLink } from '@trpc/client';
import { hostsFileSchema, type HostsFile } from './hosts.ts';
import { readSettings, type Settings } from './settings.ts';
import { runCommand, say } from './terminal.ts';
import { uploadTemplate } from './upload-template.ts';

const ZONE = 'zone-1';
const OFFERINGS = [
  { name: 'tiny', cpuCount: 1, cpuMhz: 500, memoryMib: 128 },
  { name: 'small', cpuCount: 1, cpuMhz: 1_000, memoryMib: 512 },
  { name: 'medium', cpuCount: 2, cpuMhz: 1_000, memoryMib: 2_048 },
];
const POOL_OF_REAL_HOST = '/var/lib/nephos/pool';

type Api = ReturnType<typeof createTRPCClient<AppRouter>>;

await runCommand(async () => {
  const [url = '', hostsFile = '', controlFolder = ''] = process.argv.slice(2);
  const settings = readSettings([]);
  const api = await signIn(url, path.join(controlFolder, 'admin-password'));
  const hosts = hostsFileSchema.parse(JSON.parse(await readFile(hostsFile, 'utf8')));

  const zone = await ensureZone(api, settings);
  await ensureHosts(api, zone.id, hosts);
  await ensureOfferings(api);
  await ensureTemplate(api, url, zone.id, hosts[0]?.hypervisor ?? 'simulator');
  return 0;
});

async function signIn(url: string, passwordFile: string): Promise<Api> {
  const open = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/v1` })] });
  const { token } = await open.auth.login.mutate({ name: 'admin', password: (await readFile(passwordFile, 'utf8')).trim() });
  process.env['NEPHOS_TOKEN'] = token;
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/v1`, headers: { authorization: `Bearer ${token}` } })] });
}

async function ensureZone(api: Api, { wire }: Settings): Promise<{ id: string }> {
  const found = (await api.zone.list.query({ search: ZONE })).items.find((zone) => zone.name === ZONE);
  if (found) return found;
  const zone = await api.zone.create.mutate({ name: ZONE });
  await api.publicAddress.create.mutate({ zoneId: zone.id, firstIp: `${wire.publicNet}.20`, lastIp: `${wire.publicNet}.250`, prefixLength: 24, gateway: publicGateway(wire) });
  say('zone', `${ZONE} was made`);
  return zone;
}

/** Hosts that are new get a row, a certificate, and a pool; what their agents need is written where they look for it. */
async function ensureHosts(api: Api, zoneId: string, hosts: HostsFile): Promise<void> {
  const known = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const page = await api.host.list.query({ limit: 500, ...(cursor && { cursor }) });
    for (const host of page.items) known.add(host.name);
    if (!page.nextCursor) break;
    cursor = page.nextCursor;
  }
  const missing = hosts.filter((host) => !known.has(host.name));
  if (missing.length === 0) return;
  const pod = await api.pod.create.mutate({ zoneId, name: `pod of ${missing[0]?.name}` });
  const cluster = await api.cluster.create.mutate({ podId: pod.id, name: 'cluster-1', hypervisor: missing[0]?.hypervisor ?? 'simulator' });
  const configs = new Map<string, unknown[]>();
  for (const { name, hypervisor, managementIp, agentConfigFile } of missing) {
    const { host, agentConfig } = await api.host.create.mutate({ clusterId: cluster.id, name, managementIp });
    await api.pool.create.mutate({ hostId: host.id, name: `local of ${name}`, path: hypervisor === 'kvm' ? POOL_OF_REAL_HOST : `/pool/${name}` });
    configs.set(agentConfigFile, [...(configs.get(agentConfigFile) ?? []), agentConfig]);
  }
  for (const [file, list] of configs) {
    const before: unknown = JSON.parse(await readFile(file, 'utf8').catch(() => '[]'));
    await writeFile(file, JSON.stringify([...(Array.isArray(before) ? before : []), ...list]), { mode: 0o600 });
  }
  say('zone', `${missing.length} hosts were added`);
}

async function ensureOfferings(api: Api): Promise<void> {
  const known = new Set((await api.computeOffering.list.query({ limit: 500 })).items.map((offering) => offering.name));
  for (const offering of OFFERINGS.filter(({ name }) => !known.has(name))) await api.computeOffering.create.mutate(offering);
}

async function ensureTemplate(api: Api, url: string, zoneId: string, hypervisor: 'kvm' | 'simulator'): Promise<void> {
  const name = 'tiny';
  const found = (await api.template.list.query({ search: name, limit: 500 })).items.find((template) => template.name === name && template.state === 'ready');
  if (found) return;
  const store = await api.imageStore.create.mutate({ zoneId, name: `images-${Date.now()}` });
  const image = await import('./template-image.ts').then(({ findTemplateImage }) => findTemplateImage(hypervisor));
  const template = await api.template.create.mutate({ imageStoreId: store.id, name, description: 'A tiny Linux for trying things', sha256: image.sha256, sizeBytes: image.bytes.length, isPublic: true });
  await uploadTemplate(url, template.id, image.bytes);
  say('zone', `template ${name} was uploaded (${Math.ceil(image.bytes.length / 1024)} KiB)`);
}
