import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** A process beyond doubt: its number may be given to another later, together with its start time it never is. */
export const processIdentitySchema = z.object({ pid: z.int(), startTicks: z.string() });
export type ProcessIdentity = z.output<typeof processIdentitySchema>;

/** Undefined when no such process runs (a zombie has ended already). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): the name stands in brackets and may hold anything; state is the first field after it, start time the twentieth.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = fields[18];
  return state === undefined || state === 'Z' || startTicks === undefined ? undefined : { pid, startTicks };
}

export async function isRunning({ pid, startTicks }: ProcessIdentity): Promise<boolean> {
  return (await identify(pid))?.startTicks === startTicks;
}
