import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import { findRunningCloud } from '../run-file.ts';
import { foldersOf } from '../settings.ts';

/** What one part of the control plane uses, with all processes that descend from it. Memory is the proportional set size, so shared pages count once. */
export interface Usage {
  memoryMb: number;
  cpuMs: number;
}

const MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that Node runs on
const SUPERVISOR = 'npm start';

/** By /proc (proc(5)), for each supervised process and for `npm start` itself. CPU time is counted from each process's start. */
export async function lookAtProcesses(cloud: EmbeddedCloud): Promise<Map<string, Usage>> {
  const running = await findRunningCloud(foldersOf(cloud.dataFolder).runFile);
  if (!running) throw new DomainError('UNEXPECTED', 'The cloud does not run any more.');
  const parts = new Map([[running.supervisor.pid, SUPERVISOR], ...running.processes.map(({ name, pid }): [number, string] => [pid, name])]);
  const all = await listProcesses();
  const usage = new Map<string, Usage>();
  for (const [pid, { cpuMs }] of all) {
    const part = parts.get(ancestryOf(pid, all).find((ancestor) => parts.has(ancestor)) ?? 0);
    if (!part) continue;
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    const sum = usage.get(part) ?? { memoryMb: 0, cpuMs: 0 };
    usage.set(part, { memoryMb: sum.memoryMb + Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024, cpuMs: sum.cpuMs + cpuMs });
  }
  return usage;
}

/** The CPU time that each part spent between two looks. */
export function cpuBetween(before: ReadonlyMap<string, Usage>, after: ReadonlyMap<string, Usage>): Map<string, number> {
  return new Map([...after].map(([part, { cpuMs }]) => [part, cpuMs - (before.get(part)?.cpuMs ?? 0)]));
}

async function listProcesses(): Promise<Map<number, { parent: number; cpuMs: number }>> {
  const all = new Map<number, { parent: number; cpuMs: number }>();
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const stat = await readFile(path.join('/proc', name, 'stat'), 'utf8').catch(() => ''); // it may have ended meanwhile
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from field 3 on
    // Its own time, and that of children that have ended: connections of PostgreSQL come and go.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    if (stat) all.set(Number(name), { parent: Number(fields[1]), cpuMs: ticks * MS_PER_TICK });
  }
  return all;
}

/** The process itself, its parent, and so on. */
function ancestryOf(pid: number, all: ReadonlyMap<number, { parent: number }>): number[] {
  const ancestry: number[] = [];
  for (let at: number | undefined = pid; at; at = all.get(at)?.parent) ancestry.push(at);
  return ancestry;
}
