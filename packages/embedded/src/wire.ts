import { existsSync } from 'node:fs';
import { BlockList } from 'node:net';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import { listHostNamespaces, removeHostNamespace } from './host-namespace.ts';
import { mountPoints } from './mounts.ts';
import { tool, toolSucceeds } from './tool.ts';

/**
 * What the cables and switches are between machines: a network namespace of its own with two bridges, management and public.
 * The machine itself has one plug in the management bridge and none in the public one. Nothing else of its networking is touched.
 */
export interface Wire {
  /** Everything of it is named `<prefix>-…`; at most 8 characters. */
  prefix: string;
  /** First three octets of a /24: the machine is `.1`, hosts follow. */
  managementNet: string;
  /** First three octets of a /24: its gateway is `.1`. */
  publicNet: string;
}

export const PREFIX_LENGTH = 24;
/** Our agent endpoint listens here. */
export const machineIp = (wire: Wire) => `${wire.managementNet}.1`;
export const publicGateway = (wire: Wire) => `${wire.publicNet}.1`;
/** `index` counts from 1. */
export const hostManagementIp = (wire: Wire, index: number) => `${wire.managementNet}.${10 + index}`;
export const hostName = (wire: { prefix: string }, index: number) => `${wire.prefix}-h${index}`;
/** The bridge inside each host that a router's public side joins. */
export const PUBLIC_BRIDGE = 'brpublic';

const wireNamespace = ({ prefix }: { prefix: string }) => `${prefix}-wire`;
const machinePlug = ({ prefix }: { prefix: string }) => `${prefix}-mgmt`;

/** Lays the wire unless it lies. Throws IN_USE when the machine already has a way to one of the networks. */
export async function ensureWire(wire: Wire): Promise<void> {
  if (wire.prefix.length > 8)
    throw new DomainError('BAD_INPUT', `The prefix ${wire.prefix} is longer than 8 characters; interface names are made from it`);
  const namespace = wireNamespace(wire);
  const place = `/run/netns/${namespace}`;
  if (!(await mountPoints()).has(place)) {
    await assertUnused(wire);
    if (existsSync(place)) await tool(['ip', 'netns', 'del', namespace]); // the name of one that ended with the machine
    await tool(['ip', 'netns', 'add', namespace]);
  }
  await tool(['ip', '-n', namespace, 'link', 'set', 'lo', 'up']);
  await ensureBridge(namespace, 'management');
  await ensureBridge(namespace, 'public');
  await tool(['ip', '-n', namespace, 'address', 'replace', `${publicGateway(wire)}/${PREFIX_LENGTH}`, 'dev', 'public']);
  if (!(await hasLink(undefined, machinePlug(wire)))) {
    await tool(['ip', 'link', 'add', machinePlug(wire), 'type', 'veth', 'peer', 'name', 'machine', 'netns', namespace]);
  }
  await tool(['ip', '-n', namespace, 'link', 'set', 'machine', 'master', 'management', 'up']);
  await tool(['ip', 'address', 'replace', `${machineIp(wire)}/${PREFIX_LENGTH}`, 'dev', machinePlug(wire)]);
  await tool(['ip', 'link', 'set', machinePlug(wire), 'up']);
}

/** Plugs a host in: `mgmt0` with its address, and `brpublic` joined to the public bridge. `index` counts from 1. */
export async function connectHost(wire: Wire, name: string, index: number): Promise<void> {
  await plug(wire, name, 'mgmt0', 'management', `m${index}`);
  await plug(wire, name, 'public0', 'public', `p${index}`);
  await ensureBridge(name, PUBLIC_BRIDGE);
  await tool(['ip', '-n', name, 'link', 'set', 'public0', 'master', PUBLIC_BRIDGE]);
  await tool(['ip', '-n', name, 'address', 'replace', `${hostManagementIp(wire, index)}/${PREFIX_LENGTH}`, 'dev', 'mgmt0']);
}

/** Ends all hosts of this prefix with everything inside, and takes the wire away. */
export async function removeWireAndHosts(prefix: string): Promise<void> {
  for (const name of await listHostNamespaces(`${prefix}-`)) await removeHostNamespace(name);
  // Deleted by hand, because the kernel empties a namespace some time after its removal.
  if (await hasLink(undefined, machinePlug({ prefix }))) await tool(['ip', 'link', 'del', machinePlug({ prefix })]);
  const namespace = wireNamespace({ prefix });
  if (existsSync(`/run/netns/${namespace}`)) await tool(['ip', 'netns', 'del', namespace]);
}

async function plug(wire: Wire, host: string, inside: string, bridge: string, port: string): Promise<void> {
  const namespace = wireNamespace(wire);
  if (!(await hasLink(host, inside))) {
    if (await hasLink(namespace, port)) await tool(['ip', '-n', namespace, 'link', 'del', port]); // of a host that is being emptied
    await tool(['ip', 'link', 'add', inside, 'netns', host, 'type', 'veth', 'peer', 'name', port, 'netns', namespace]);
  }
  await tool(['ip', '-n', namespace, 'link', 'set', port, 'master', bridge, 'up']);
  await tool(['ip', '-n', host, 'link', 'set', inside, 'up']);
}

async function ensureBridge(namespace: string, name: string): Promise<void> {
  if (!(await hasLink(namespace, name))) await tool(['ip', '-n', namespace, 'link', 'add', name, 'type', 'bridge', 'forward_delay', '0']);
  await tool(['ip', '-n', namespace, 'link', 'set', name, 'up']);
}

function hasLink(namespace: string | undefined, name: string): Promise<boolean> {
  return toolSucceeds(['ip', ...(namespace ? ['-n', namespace] : []), 'link', 'show', 'dev', name]);
}

const routesSchema = z.array(z.object({ dst: z.string(), dev: z.string().optional() }));

async function assertUnused(wire: Wire): Promise<void> {
  const ours = new BlockList();
  ours.addSubnet(`${wire.managementNet}.0`, PREFIX_LENGTH);
  for (const { dst, dev } of routesSchema.parse(JSON.parse(await tool(['ip', '-j', '-4', 'route', 'show'])))) {
    if (dst === 'default' || dev === machinePlug(wire)) continue;
    const [network = '', length = '32'] = dst.split('/');
    const theirs = new BlockList();
    theirs.addSubnet(network, Number(length));
    if (!ours.check(network) && !theirs.check(machineIp(wire))) continue;
    throw new DomainError(
      'IN_USE',
      `This machine already has a route to ${dst} (${dev ?? 'no device'}), which overlaps the hosts' management network ${wire.managementNet}.0/${PREFIX_LENGTH}. Choose another with NEPHOS_MANAGEMENT_NET.`,
    );
  }
}
