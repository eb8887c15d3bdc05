import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { isNotThere } from './state-files.ts';
import { runTool, type ToolOptions } from './run-tool.ts';

const linkSchema = z.object({
  ifname: z.string(),
  mtu: z.int(),
  flags: z.array(z.string()),
  /** The bridge it is a port of. */
  master: z.string().optional(),
  /** MAC address. */
  address: z.string().optional(),
  linkinfo: z.object({ info_kind: z.string().optional(), info_data: z.record(z.string(), z.unknown()).optional() }).optional(),
  addr_info: z.array(z.object({ family: z.string(), local: z.string().optional(), prefixlen: z.int() })).optional(),
});
export type Link = z.output<typeof linkSchema>;

/** The interfaces of this host or, with a namespace, of a router, with their addresses (ip-address(8)). */
export async function readLinks(options: ToolOptions, namespace?: string): Promise<Map<string, Link>> {
  const text = await runTool('ip', [...inNamespace(namespace), '-j', '-d', 'addr', 'show'], options);
  return new Map(parseJsonList(text, linkSchema).map((link) => [link.ifname, link]));
}

/** What iproute2 prints with -j; no output at all is an empty list. */
export function parseJsonList<T>(text: string, item: z.ZodType<T>): T[] {
  // iproute2 prints an empty object for entries that a filter left out.
  const present = z
    .array(z.unknown())
    .parse(JSON.parse(text.trim() || '[]'))
    .filter((entry) => JSON.stringify(entry) !== '{}');
  return z.array(item).parse(present);
}

/** Runs many `ip` commands in one process; the first that fails ends it. */
export async function runIpBatch(commands: readonly string[], options: ToolOptions, namespace?: string): Promise<void> {
  if (commands.length === 0) return;
  await runTool('ip', [...inNamespace(namespace), '-batch', '-'], { ...options, input: `${commands.join('\n')}\n` });
}

/** Keeps the host itself out of a guest network: without this its end of a link takes an IPv6 address and listens to router advertisements. */
export async function refuseIpv6(link: string): Promise<void> {
  try {
    await writeFile(`/proc/sys/net/ipv6/conf/${link}/disable_ipv6`, '1');
  } catch (error) {
    if (!isNotThere(error)) throw error; // a kernel without IPv6
  }
}

export function isUp(link: Link): boolean {
  return link.flags.includes('UP');
}

function inNamespace(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : ['-n', namespace];
}
