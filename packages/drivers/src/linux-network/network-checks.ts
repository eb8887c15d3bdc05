import { runTool } from '@nephos/appliances/run-tool';
import type { HostCheck } from '@nephos/contracts/agent.schema';
import { fine, look, missing, warning } from '../host-check.ts';

/** What prints its version how, and the package that brings it. */
const TOOLS = [
  ['ip', ['-V'], 'iproute2'],
  ['bridge', ['-V'], 'iproute2'],
  ['nft', ['--version'], 'nftables'],
  ['dnsmasq', ['--version'], 'dnsmasq-base'],
] as const;

const RULES = `table ip nephos {
  chain out {
    type nat hook postrouting priority srcnat
    masquerade
  }
}
`;

/**
 * What a machine needs to carry guest networks and routers. The kernel's part is decided by making such things in a namespace of their
 * own, which is gone afterwards, never by what modules are there. Never throws.
 */
export async function checkLinuxNetwork({ publicBridge, signal }: { publicBridge: string; signal: AbortSignal }): Promise<HostCheck[]> {
  const namespace = `nprobe-${process.pid}`;
  const inside = (...args: string[]) => runTool('ip', ['-n', namespace, ...args], { signal });
  const tools = await look('network tools', 'Install iproute2, nftables and dnsmasq-base.', async () => {
    const looks = await Promise.all(
      TOOLS.map(async ([tool, args, from]) => {
        const said = await runTool(tool, args, { signal }).catch(() => undefined);
        return { tool, from, version: said === undefined ? undefined : (/\d+\.\d+[.\d]*/.exec(said)?.[0] ?? '') };
      }),
    );
    const lacking = looks.filter(({ version }) => version === undefined);
    if (lacking.length === 0) return fine(looks.map(({ tool, version }) => `${tool} ${version}`).join(', '));
    const packages = [...new Set(lacking.map(({ from }) => from))].join(', ');
    return missing(`There is no ${lacking.map(({ tool }) => tool).join(', ')}`, `Install ${packages}.`);
  });
  const bridges = await look('guest networks', 'Run it as root, on a kernel with network namespaces, bridge, veth and vxlan.', async () => {
    await runTool('ip', ['netns', 'add', namespace], { signal });
    await inside('link', 'add', 'b0', 'type', 'bridge');
    await inside('link', 'add', 'v0', 'type', 'vxlan', 'id', '1', 'dstport', '4789', 'nolearning');
    await inside('link', 'set', 'v0', 'master', 'b0');
    await inside('link', 'add', 'e0', 'type', 'veth', 'peer', 'name', 'e1');
    return fine('A bridge, a VXLAN tunnel and a cable were made, in a namespace of their own');
  });
  const filter = await look('packet filter', 'Install nftables, on a kernel with nf_tables and its NAT.', async () => {
    await runTool('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], { signal, input: RULES });
    return fine('nftables took rules with source NAT');
  });
  await runTool('ip', ['netns', 'del', namespace], { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  const way = await look('public network', '', async () => {
    const said = await runTool('ip', ['link', 'show', publicBridge, 'type', 'bridge'], { signal }).catch(() => '');
    if (said.trim() !== '') return fine(`The bridge ${publicBridge} leads there`);
    return warning(
      `There is no bridge ${publicBridge}, so no router comes up here`,
      'Make a bridge of that name, with the interface of the public network in it.',
    );
  });
  return [tools, bridges, filter, way];
}
