import { z } from 'zod';
import { DomainError } from '@nephos/model/errors';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { isUp, parseJsonList, readLinks, refuseIpv6, runIpBatch, type Link } from '../links.ts';
import { runTool, type ToolOptions } from '../run-tool.ts';
import type { RouterNames } from './router-names.ts';

/** One cable (veth pair) between a bridge of the host and the router. */
export interface Cable {
  /** The router's end: `guest` or `public`. */
  name: string;
  /** The host's end. */
  port: string;
  bridge: string;
  mac: string;
  mtu: number;
  /** With prefix length. */
  address: string;
}

/** Both cables, `public` only where the network has a way out. */
export function cablesOf(router: DesiredRouter, names: RouterNames, bridges: { guest: string; public: string }, publicMtu: number): Cable[] {
  const guest: Cable = {
    name: 'guest',
    port: names.guestPort,
    bridge: bridges.guest,
    mac: names.guestMac,
    mtu: router.network.mtu,
    address: `${router.guest.ip}/${router.guest.prefixLength}`,
  };
  if (!router.public) return [guest];
  const address = `${router.public.ip}/${router.public.prefixLength}`;
  return [guest, { name: 'public', port: names.publicPort, bridge: bridges.public, mac: names.publicMac, mtu: publicMtu, address }];
}

/**
 * The router has exactly these cables, plugged in where they belong, with these addresses and this default gateway, when this returns:
 * what is there is compared with what is wanted until nothing is left to do.
 */
export async function ensureCables(names: RouterNames, cables: readonly Cable[], gateway: string | undefined, options: ToolOptions): Promise<void> {
  await ensurePlugged(names, cables, options);
  const PASSES = 3; // an interface that goes down for a new address takes its routes with it
  let left: string[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const inside = await readLinks(options, names.namespace);
    left = missingInside(inside, await readGateways(names.namespace, options), cables, gateway);
    if (left.length === 0) return;
    await runIpBatch(left, options, names.namespace);
  }
  throw new DomainError('NETWORK_FAILED', `The interfaces of ${names.namespace} do not stay as set: ${left.join('; ')}`, {
    namespace: names.namespace,
  });
}

export async function removeCables(names: RouterNames, options: ToolOptions): Promise<void> {
  // Explicitly and first: a namespace's own clean-up is asynchronous, and the names must be free when this returns.
  const links = await readLinks(options);
  await runIpBatch(
    [names.guestPort, names.publicPort].filter((port) => links.has(port)).map((port) => `link del ${port}`),
    options,
  );
}

async function ensurePlugged(names: RouterNames, cables: readonly Cable[], options: ToolOptions): Promise<void> {
  const [outside, inside] = await Promise.all([readLinks(options), readLinks(options, names.namespace)]);
  const isWhole = ({ port, name }: { port: string; name: string }): boolean => outside.has(port) && inside.has(name);
  const pairs = [
    { port: names.guestPort, name: 'guest' },
    { port: names.publicPort, name: 'public' },
  ];
  const torn = pairs.filter((pair) => !isWhole(pair) || !cables.some(({ port }) => port === pair.port));
  await runIpBatch(
    torn.filter(({ port }) => outside.has(port)).map(({ port }) => `link del ${port}`),
    options,
  );
  const orphans = torn.filter(({ port, name }) => !outside.has(port) && inside.has(name));
  await runIpBatch(
    orphans.map(({ name }) => `link del ${name}`),
    options,
    names.namespace,
  );

  const made = cables.filter((cable) => !isWhole(cable));
  await runIpBatch(
    made.map(
      ({ name, port, mac, mtu }) => `link add ${port} mtu ${mtu} type veth peer name ${name} netns ${names.namespace} mtu ${mtu} address ${mac}`,
    ),
    options,
  );
  await Promise.all(made.map(({ port }) => refuseIpv6(port)));
  const plug = cables.filter((cable) => {
    const link = made.includes(cable) ? undefined : outside.get(cable.port);
    return !(link && link.master === cable.bridge && link.mtu === cable.mtu && isUp(link));
  });
  await runIpBatch(
    plug.map(({ port, bridge, mtu }) => `link set ${port} mtu ${mtu} master ${bridge} up`),
    options,
  );
}

/** The commands that make the router's own side as wanted; none when it is. */
export function missingInside(
  inside: ReadonlyMap<string, Link>,
  gateways: readonly string[],
  cables: readonly Cable[],
  gateway: string | undefined,
): string[] {
  const lo = inside.get('lo');
  const commands = lo && isUp(lo) ? [] : ['link set lo up'];
  for (const { name, mac, mtu, address } of cables) {
    const link = inside.get(name);
    if (!link) continue; // it was just made; were it missing, a command below would say so
    const has = (link.addr_info ?? []).filter(({ family }) => family === 'inet').map(({ local, prefixlen }) => `${local}/${prefixlen}`);
    const areAddressesRight = has.length === 1 && has[0] === address;
    // Down and up again: the kernel announces addresses (arp_notify) when an interface comes up.
    if (isUp(link) && (!areAddressesRight || link.address !== mac)) commands.push(`link set ${name} down`);
    if (link.address !== mac) commands.push(`link set ${name} address ${mac}`);
    if (link.mtu !== mtu) commands.push(`link set ${name} mtu ${mtu}`);
    if (!areAddressesRight) commands.push(`addr flush dev ${name}`, `addr add ${address} dev ${name}`);
    if (!isUp(link) || commands.includes(`link set ${name} down`)) commands.push(`link set ${name} up`);
  }
  if (commands.length > 0) return commands; // routes come and go with interfaces: they are looked at once those are right
  const wanted = gateway === undefined ? [] : [gateway];
  if (gateways.join() === wanted.join()) return [];
  return [...gateways.map((ip) => `route del default via ${ip}`), ...wanted.map((ip) => `route add default via ${ip} dev public`)];
}

async function readGateways(namespace: string, options: ToolOptions): Promise<string[]> {
  const text = await runTool('ip', ['-n', namespace, '-j', 'route', 'show', 'default'], options);
  return parseJsonList(text, z.object({ gateway: z.string() })).map(({ gateway }) => gateway);
}
