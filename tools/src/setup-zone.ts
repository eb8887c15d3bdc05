import { readFile, rename, writeFile } from 'node:fs/promises';
import { NephosError, type Inputs, type NephosClient } from '@nephos/client/client';
import { agentConfigSchema, type AgentConfig } from '@nephos/contracts/agent.schema';
import { joinCloud } from '@nephos/worker-host/join';
import { z } from 'zod';

/** A zone as somebody wants it. Names are what it is known by: what is there already under a name stays as it is. */
export interface ZonePlan {
  name: string;
  publicAddresses: Omit<Inputs['publicAddress']['create'], 'zoneId'>;
  hypervisor: 'kvm' | 'simulator';
  hosts: readonly HostPlan[];
  offerings: readonly Inputs['computeOffering']['create'][];
  template: TemplatePlan;
}

export interface HostPlan {
  name: string;
  managementIp: string;
  /** The folder on the host that instances' disks lie in. */
  poolPath: string;
  /** Where the host's agent finds its configuration: who it is, and its key. Several simulated hosts share one file. */
  agentConfigFile: string;
}

export interface TemplatePlan {
  name: string;
  description: string;
  /** Only asked for when the template isn't there. */
  withImage<T>(use: (image: { file: string; sha256: string; sizeBytes: number }) => Promise<T>): Promise<T>;
}

/** What they joined with is written down after at most so many hosts. */
const HOSTS_AT_ONCE = 100;

/**
 * Makes a zone ready for instances, as any administrator's program would through the public API: zone, public addresses,
 * pod, cluster, hosts with their agents' configurations and pools, offerings, image store, template. Run again, also after it
 * was broken off, it makes what is missing.
 */
export async function setUpZone(
  client: NephosClient,
  plan: ZonePlan,
  say: (line: string) => void = () => undefined,
): Promise<{ zoneId: string; templateId: string }> {
  const { api } = client;
  const zone = (await findNamed(api.zone.list.query, plan.name)) ?? (await api.zone.create.mutate({ name: plan.name }));
  const zoneId = zone.id;
  await unlessTaken(api.publicAddress.create.mutate({ zoneId, ...plan.publicAddresses }));

  const pod =
    (await findNamed((page) => api.pod.list.query({ ...page, zoneId }), 'pod-1')) ?? (await api.pod.create.mutate({ zoneId, name: 'pod-1' }));
  const clusterName = `${plan.hypervisor}-1`;
  const cluster =
    (await findNamed((page) => api.cluster.list.query({ ...page, podId: pod.id }), clusterName)) ??
    (await api.cluster.create.mutate({ podId: pod.id, name: clusterName, hypervisor: plan.hypervisor }));
  await addHosts(client, cluster.id, plan.hosts, say);

  for (const offering of plan.offerings)
    if (!(await findNamed(api.computeOffering.list.query, offering.name))) await api.computeOffering.create.mutate(offering);

  const store =
    (await findNamed((page) => api.imageStore.list.query({ ...page, zoneId }), 'images')) ??
    (await api.imageStore.create.mutate({ zoneId, name: 'images' }));
  const templateId = await ensureTemplate(client, store.id, plan.template, say);
  return { zoneId, templateId };
}

/** Each gets a row and a pool, and joins as any machine does; its agent's configuration goes where the agent looks for it. */
async function addHosts({ api }: NephosClient, clusterId: string, plans: readonly HostPlan[], say: (line: string) => void): Promise<void> {
  const known = new Map((await everyRow(api.host.list.query)).map((host) => [host.name, host.id]));
  const joined = await readJoined(plans.map((plan) => plan.agentConfigFile));
  const missing = plans.filter((plan) => !joined.has(known.get(plan.name) ?? ''));
  for (let at = 0; at < missing.length; at += HOSTS_AT_ONCE) {
    const configs = new Map<string, AgentConfig[]>();
    for (const { name, managementIp, agentConfigFile } of missing.slice(at, at + HOSTS_AT_ONCE)) {
      const hostId = known.get(name);
      const toJoin = await (hostId ? api.host.createJoinToken.mutate({ hostId }) : api.host.create.mutate({ clusterId, name, managementIp }));
      known.set(name, toJoin.host.id);
      const config = await joinCloud({ server: toJoin.server, fingerprint: toJoin.fingerprint, token: toJoin.joinToken });
      configs.set(agentConfigFile, [...(configs.get(agentConfigFile) ?? []), config]);
    }
    for (const [file, added] of configs) await addToFile(file, added);
  }
  const pooled = new Set((await everyRow(api.pool.list.query)).map((pool) => pool.hostId));
  for (const { name, poolPath } of plans) {
    const hostId = known.get(name);
    if (hostId && !pooled.has(hostId)) await api.pool.create.mutate({ hostId, name: `local-${name}`, path: poolPath });
  }
  if (missing.length > 0) say(`${missing.length} hosts joined`);
}

const configsSchema = z.array(agentConfigSchema);

async function readConfigs(file: string): Promise<AgentConfig[]> {
  return configsSchema.parse(JSON.parse(await readFile(file, 'utf8').catch(() => '[]')));
}

async function readJoined(files: readonly string[]): Promise<Set<string>> {
  const configs = await Promise.all([...new Set(files)].map(readConfigs));
  return new Set(configs.flat().map((config) => config.hostId));
}

/** Readable by its owner alone, and never half written: it holds private keys. */
async function addToFile(file: string, added: readonly AgentConfig[]): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify([...(await readConfigs(file)), ...added]), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function ensureTemplate(
  client: NephosClient,
  imageStoreId: string,
  { name, description, withImage }: TemplatePlan,
  say: (line: string) => void,
): Promise<string> {
  const { api } = client;
  const sameName = (await everyRow((page) => api.template.list.query({ ...page, search: name }))).filter((template) => template.name === name);
  const ready = sameName.find((template) => template.state === 'ready');
  if (ready) return ready.id;
  return withImage(async ({ file, sha256, sizeBytes }) => {
    const begun = sameName.find((template) => template.state === 'uploading' && template.sha256 === sha256); // broken off: it goes on
    const { id } = begun ?? (await api.template.create.mutate({ imageStoreId, name, description, sha256, sizeBytes, isPublic: true }));
    await client.uploadTemplate(id, file);
    say(`template ${name} was uploaded (${Math.ceil(sizeBytes / 1024)} KiB)`);
    return id;
  });
}

type FetchPage<T> = (page: { limit: number; cursor?: string; search?: string }) => Promise<{ items: T[]; nextCursor: string | null }>;

async function everyRow<T>(fetchPage: FetchPage<T>): Promise<T[]> {
  const rows: T[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await fetchPage({ limit: 500, ...(cursor && { cursor }) });
    rows.push(...page.items);
    if (page.nextCursor === null) return rows;
    cursor = page.nextCursor;
  }
}

async function findNamed<T extends { name: string }>(fetchPage: FetchPage<T>, name: string): Promise<T | undefined> {
  return (await everyRow((page) => fetchPage({ ...page, search: name }))).find((row) => row.name === name);
}

async function unlessTaken(made: Promise<unknown>): Promise<void> {
  await made.catch((error: unknown) => {
    if (!(error instanceof NephosError) || error.code !== 'NAME_TAKEN') throw error;
  });
}
