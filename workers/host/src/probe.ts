import { readEnvironment } from '@nephos/config/environment';
import type { HostCheck } from '@nephos/contracts/agent.schema';
import { checkPool, look } from '@nephos/drivers/host-check';
import { decideAcceleration } from '@nephos/drivers/libvirt/acceleration';
import { checkKvmHost } from '@nephos/drivers/libvirt/host-checks';
import { describePoolFolder } from '@nephos/drivers/libvirt/volume-files';
import { checkLinuxNetwork } from '@nephos/drivers/linux-network/network-checks';
import { z } from 'zod';

const LIMIT_MS = 120_000;

/** What the agent would tell of this machine, before it is a host. `folders` are to become its pools. */
export async function probeMachine(folders: readonly string[]): Promise<HostCheck[]> {
  const { NEPHOS_AGENT_PUBLIC_BRIDGE: publicBridge } = readEnvironment({ NEPHOS_AGENT_PUBLIC_BRIDGE: z.string().default('brpublic') });
  const checks = await Promise.all([
    checkKvmHost({ uri: 'qemu:///system', acceleration: decideAcceleration }),
    checkLinuxNetwork({ publicBridge, signal: AbortSignal.timeout(LIMIT_MS) }),
    ...folders.map(async (folder) => [
      await look(`storage ${folder}`, 'Make the folder, on a file system with room.', async () => checkPool(await describePoolFolder(folder))),
    ]),
  ]);
  return checks.flat();
}

/** One line for each, what to do under it, and a last one that sums up. */
export function tellChecks(checks: readonly HostCheck[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, what, help }) => [
    `${state.padEnd('warning'.length)}  ${name.padEnd(width)}  ${what}`,
    ...(help ? [`${' '.repeat('warning'.length + width + 4)}${help}`] : []),
  ]);
  const count = checks.filter(({ state }) => state === 'missing').length;
  return [...lines, count === 0 ? 'This machine can be a host.' : `This machine can't be a host yet: ${count} of these are missing.`].join('\n');
}
