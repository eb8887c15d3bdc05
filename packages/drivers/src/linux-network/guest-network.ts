import { mkdir, readdir, rm } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isUp, parseJsonList, readLinks, refuseIpv6, runIpBatch, type Link } from '@nephos/appliances/links';
import { runTool, type ToolOptions } from '@nephos/appliances/run-tool';
import { readRecord, replaceFile } from '@nephos/appliances/state-files';
import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import { bridgeName } from '../network-driver.ts';

/** RFC 7348 §5 */
const VXLAN_PORT = 4789;
/** Where a frame goes whose receiver isn't learned yet; one entry of this MAC per peer makes the flood list (bridge(8)). */
const FLOOD_MAC = '00:00:00:00:00:00';

const recordSchema = z.object({ networkId: z.string(), revision: z.int() });
const removalSchema = z.object({ revision: z.int() });
const fdbEntrySchema = z.object({ mac: z.string(), dst: z.string().optional() });
export type FdbEntry = z.output<typeof fdbEntrySchema>;

export function tunnelName(vni: number): string {
  return `nvx${vni}`;
}

/**
 * This host's share of a guest network: a bridge without an address of the host's, and a VXLAN device with a flood entry per peer.
 * Only what differs is touched, so frames between guests flow on during a re-apply. Who is where is learned from the frames themselves.
 */
export async function ensureGuestNetwork(desired: DesiredNetwork, stateDir: string, options: ToolOptions, underlay?: string): Promise<void> {
  check(desired);
  await assertNotRemoved(desired, stateDir);
  const recordPath = recordPathOf(stateDir, desired.vni);
  const record = await readRecord(recordPath, recordSchema);
  if (record?.networkId === desired.networkId && desired.revision < record.revision) return;
  // The VNI belonged to another network whose removal this host missed: its guests must not find themselves in the new one, nor take it back.
  if (record && record.networkId !== desired.networkId) {
    await rememberRemoval(record, stateDir);
    await removeLinks(desired.vni, options);
  }

  await ensureLinks(desired, options, underlay);
  await ensurePeers(desired, options);
  await write(recordPath, { networkId: desired.networkId, revision: desired.revision });
}

export async function removeGuestNetwork(
  network: { networkId: string; vni: number; revision: number },
  stateDir: string,
  options: ToolOptions,
): Promise<void> {
  const recordPath = recordPathOf(stateDir, network.vni);
  const record = await readRecord(recordPath, recordSchema);
  const isOurs = record?.networkId === network.networkId;
  if (isOurs && record.revision > network.revision) return; // somebody has come since
  await rememberRemoval(network, stateDir); // first: what a crash leaves is cleared by the next removal, and not used again
  if (record && !isOurs) return; // another network has the number now
  await removeLinks(network.vni, options);
  await rm(recordPath, { force: true });
}

/** By the records: what was made here and not removed. */
export async function listGuestNetworks(stateDir: string): Promise<{ networkId: string; vni: number; revision: number }[]> {
  const files = await readdir(join(stateDir, 'networks')).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const networks = [];
  for (const vni of files.flatMap((file) => (/^\d+\.json$/.test(file) ? [Number.parseInt(file, 10)] : []))) {
    const record = await readRecord(recordPathOf(stateDir, vni), recordSchema);
    if (record) networks.push({ vni, networkId: record.networkId, revision: record.revision });
  }
  return networks;
}

async function assertNotRemoved({ networkId, revision }: DesiredNetwork, stateDir: string): Promise<void> {
  const removed = await readRecord(removalPathOf(stateDir, networkId), removalSchema);
  if (!removed || revision > removed.revision) return;
  throw new DomainError(
    'STALE_GENERATION',
    `Network ${networkId} was removed from this host at revision ${removed.revision}; revision ${revision} is over, and only a newer one brings it back`,
    {
      networkId,
      revision,
      removedRevision: removed.revision,
    },
  );
}

/**
 * A file per network that ever left this host, some 20 bytes: the network may come back under another number, so the record by number can't say it.
 * It may go once no call from before the removal can still be on its way (days, by its mtime).
 */
async function rememberRemoval({ networkId, revision }: { networkId: string; revision: number }, stateDir: string): Promise<void> {
  const path = removalPathOf(stateDir, networkId);
  const seen = await readRecord(path, removalSchema);
  if (!seen || seen.revision < revision) await write(path, { revision });
}

async function removeLinks(vni: number, options: ToolOptions): Promise<void> {
  const links = await readLinks(options);
  await runIpBatch(
    [tunnelName(vni), bridgeName(vni)].filter((name) => links.has(name)).map((name) => `link del ${name}`),
    options,
  );
}

async function ensureLinks({ vni, mtu, localIp }: DesiredNetwork, options: ToolOptions, underlay?: string): Promise<void> {
  const [bridge, tunnel] = [bridgeName(vni), tunnelName(vni)];
  let links = await readLinks(options);
  const old = links.get(tunnel);
  const isOther = old !== undefined && !isTunnel(old, vni, localIp);
  const isNew = old === undefined || isOther;
  const create: string[] = [];
  if (isOther) create.push(`link del ${tunnel}`);
  // No spanning tree and no multicast snooping: there are no loops here, and nobody answers IGMP queries.
  if (!links.has(bridge)) create.push(`link add ${bridge} mtu ${mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`);
  if (isNew) {
    const device = underlay === undefined ? '' : ` dev ${underlay}`;
    create.push(`link add ${tunnel} mtu ${mtu} type vxlan id ${vni} local ${localIp} dstport ${VXLAN_PORT}${device} learning`);
  }
  if (create.length > 0) {
    await runIpBatch(create, options);
    links = await readLinks(options);
  }

  await Promise.all([bridge, tunnel].map(refuseIpv6));
  await runIpBatch(
    [
      ...missingOf(links.get(tunnel), tunnel, mtu, `master ${bridge}`, links.get(tunnel)?.master === bridge),
      ...missingOf(links.get(bridge), bridge, mtu, '', true),
    ],
    options,
  );
}

/** One `link set` when anything differs: MTU, bridge or being up. */
function missingOf(link: Link | undefined, name: string, mtu: number, master: string, isMasterRight: boolean): string[] {
  if (link && link.mtu === mtu && isMasterRight && isUp(link)) return [];
  return [`link set ${name} mtu ${mtu} ${master} up`];
}

function isTunnel(link: Link, vni: number, localIp: string): boolean {
  const data = link.linkinfo?.info_data;
  return link.linkinfo?.info_kind === 'vxlan' && data?.['id'] === vni && data['local'] === localIp && data['port'] === VXLAN_PORT;
}

async function ensurePeers({ vni, peerIps }: DesiredNetwork, options: ToolOptions): Promise<void> {
  const tunnel = tunnelName(vni);
  const left = missingPeers(tunnel, await readFdb(tunnel, options), peerIps);
  if (left.length === 0) return;
  await runTool('bridge', ['-batch', '-'], { ...options, input: `${left.join('\n')}\n` });
  const still = missingPeers(tunnel, await readFdb(tunnel, options), peerIps).filter((command) => command.includes(FLOOD_MAC));
  if (still.length > 0) throw new DomainError('NETWORK_FAILED', `The peers of ${tunnel} do not stay as set: ${still.join('; ')}`, { tunnel });
}

/** The commands that make the flood list exactly these peers; what was learned from a host that left is forgotten with it. */
export function missingPeers(tunnel: string, fdb: readonly FdbEntry[], peerIps: readonly string[]): string[] {
  const wanted = new Set(peerIps);
  const flooded = new Set(fdb.filter(({ mac }) => mac === FLOOD_MAC).map(({ dst }) => dst));
  const gone = fdb.filter(({ dst }) => dst !== undefined && !wanted.has(dst));
  return [
    ...[...wanted].filter((ip) => !flooded.has(ip)).map((ip) => `fdb append ${FLOOD_MAC} dev ${tunnel} dst ${ip} self permanent`),
    ...gone.map(({ mac, dst }) => `fdb del ${mac} dev ${tunnel} dst ${dst} self`),
  ];
}

async function readFdb(tunnel: string, options: ToolOptions): Promise<FdbEntry[]> {
  return parseJsonList(await runTool('bridge', ['-j', 'fdb', 'show', 'dev', tunnel], options), fdbEntrySchema);
}

/** These become words of batch commands. */
function check({ vni, mtu, localIp, peerIps }: DesiredNetwork): void {
  const bad = [localIp, ...peerIps].find((ip) => !isIPv4(ip));
  if (bad !== undefined)
    throw new DomainError('BAD_INPUT', `The network can't be configured: ${JSON.stringify(bad.slice(0, 80))} is no IPv4 address`);
  if (!Number.isInteger(vni) || vni < 1 || vni > 16_777_215)
    throw new DomainError('BAD_INPUT', `The network can't be configured: VNI ${vni} is not between 1 and 16777215`);
  if (!Number.isInteger(mtu) || mtu < 576 || mtu > 65_535)
    throw new DomainError('BAD_INPUT', `The network can't be configured: MTU ${mtu} is not between 576 and 65535`);
  if (peerIps.includes(localIp))
    throw new DomainError('BAD_INPUT', `The network can't be configured: the host's own address ${localIp} is among its peers`);
}

async function write(path: string, record: z.output<typeof recordSchema> | z.output<typeof removalSchema>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, JSON.stringify(record), { isDurable: true });
}

function recordPathOf(stateDir: string, vni: number): string {
  return join(stateDir, 'networks', `${vni}.json`);
}

function removalPathOf(stateDir: string, networkId: string): string {
  return join(stateDir, 'removed-networks', `${networkId}.json`);
}
