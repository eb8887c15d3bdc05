import { say } from '../terminal.ts';
import type { Plan, PlannedFault } from './plan.ts';
import type { RunReport } from './random-run.ts';

export function sayReport({ begun, refused, skipped, cancelled, stuck, faults, operations, violations, tookMs }: RunReport): void {
  say('moves', `${begun} begun, ${refused} refused, ${skipped} of no instance; ${cancelled} cancelled, ${stuck} stuck and told to retry`);
  say('faults', `${faults.length}: ${countsOf(faults.map(({ victim, pauseMs }) => `${victim} ${pauseMs > 0 ? 'paused' : 'killed'}`))}`);
  say('operations', `${operations.reduce((sum, { count }) => sum + count, 0)} ended`);
  for (const { kind, state, errorCode, count } of operations) say('', `${kind} ${state}${errorCode ? ` (${errorCode})` : ''}: ${count}`);
  for (const { rule, what } of violations) say('VIOLATION', `${rule}: ${what}`);
  say('run', `${violations.length} violations, ${(tookMs / 1_000).toFixed(0)} s`);
}

export function sayPlan({ moves, faults }: Plan): void {
  for (const { at, tenant, lane, verb, trouble, cancelAtStep } of moves)
    say(
      String(at),
      `${verb} by tenant ${tenant} in lane ${lane}${trouble && `, ${trouble}`}${cancelAtStep > 0 ? `, cancelled at step ${cancelAtStep}` : ''}`,
    );
  for (const fault of faults) say(`f${fault.at}`, describeFault(fault));
}

export function describeFault({ victim, pauseMs, when, afterMs }: PlannedFault): string {
  const moment = afterMs > 0 ? `${afterMs} ms after` : 'as';
  return `${victim} ${pauseMs > 0 ? `paused for ${pauseMs} ms` : 'killed'} ${moment} the ${when.nth}. ${when.kind} comes to “${when.step}”`;
}

function countsOf(names: readonly string[]): string {
  return [...Map.groupBy(names, (name) => name)].map(([name, all]) => `${name} ${all.length}`).join(', ');
}
