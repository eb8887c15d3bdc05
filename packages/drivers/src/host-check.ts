import type { HostCheck } from '@nephos/contracts/agent.schema';
import type { PoolFacts } from './hypervisor-driver.ts';

type Verdict = Omit<HostCheck, 'name'>;

export const fine = (what: string): Verdict => ({ state: 'ok', what, help: null });
export const warning = (what: string, help: string): Verdict => ({ state: 'warning', what, help });
export const missing = (what: string, help: string): Verdict => ({ state: 'missing', what, help });

/** Looks at one thing; what can't be looked at is missing, with what was said. `help` is for that. */
export async function look(name: string, help: string, verdict: () => Promise<Verdict> | Verdict): Promise<HostCheck> {
  try {
    return { name, ...(await verdict()) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { name, ...missing(said.replaceAll(/\s*\n\s*/g, ' ').slice(0, 500), help) };
  }
}

const GIB = 1024 ** 3;
const FULL = 0.9;
/** What is there only until the machine or the container it runs in is started anew. */
const PASSING = new Set(['tmpfs', 'ramfs', 'overlayfs']);

/** Whether a folder is good for disks of guests. What it says is the same as long as the folder is. */
export function checkPool({ path, capacityBytes, usedBytes, fileSystem }: PoolFacts): HostCheck {
  const name = `storage ${path}`;
  const what = `${fileSystem}, ${Math.round(capacityBytes / GIB)} GiB`;
  if (PASSING.has(fileSystem))
    return { name, ...warning(`${what}; disks of guests are gone after a restart of the machine`, 'Put a disk there: ext4 or XFS.') };
  if (usedBytes > capacityBytes * FULL) return { name, ...warning(`${what}; more than 90 % full`, 'Make room, or put a larger disk there.') };
  return { name, ...fine(what) };
}

const CLOCK_OFF_MAX_MS = 3_000;

/** `aheadMs`: of the control plane's; the answer that it comes from says whole seconds. Undefined: it has not answered yet. */
export function checkClock(aheadMs: number | undefined): HostCheck[] {
  if (aheadMs === undefined) return [];
  const name = 'clock';
  if (Math.abs(aheadMs) < CLOCK_OFF_MAX_MS) return [{ name, ...fine('As the control plane’s') }];
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const what = `${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the control plane’s`;
  return [{ name, ...warning(what, 'Keep both machines on time (chrony): certificates, timeouts and charts go by it.') }];
}
