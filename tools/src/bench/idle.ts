import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../terminal.ts';
import { withBenchCloud } from './bench-cloud.ts';
import type { Figure } from './figures.ts';
import { cpuBetween, lookAtProcesses } from './processes.ts';

const SETTLE_MS = 20_000;
const WATCH_MS = 60_000;
const GOAL_MB = 1_536;
const GOAL_CPU_PERCENT = 5;

/** The whole control plane with two simulated hosts at rest: its memory, and its CPU time over a minute. */
export function benchIdle(): Promise<Figure[]> {
  return withBenchCloud(['--simulator'], async ({ cloud }) => {
    await sleep(SETTLE_MS);
    const before = await lookAtProcesses(cloud);
    await sleep(WATCH_MS);
    const after = await lookAtProcesses(cloud);
    let memoryMb = 0;
    let cpuPercent = 0;
    for (const [part, cpuMs] of cpuBetween(before, after)) {
      const partMb = after.get(part)?.memoryMb ?? 0;
      const percent = (cpuMs / WATCH_MS) * 100;
      say(part, `${partMb.toFixed(0)} MB, ${percent.toFixed(1)} % of a core`);
      memoryMb += partMb;
      cpuPercent += percent;
    }
    return [
      { name: 'idle memory', unit: 'MB', ours: memoryMb, floor: null, goal: '≤ 1.5 GB', isMet: memoryMb <= GOAL_MB },
      { name: 'idle CPU', unit: '% of a core', ours: cpuPercent, floor: null, goal: '≤ 5 %', isMet: cpuPercent <= GOAL_CPU_PERCENT },
    ];
  });
}
