import type { Context } from '@temporalio/activity';

const fractions = new WeakMap<Context, number>();

/** How far an activity says it is, between 0 and 1; kept with its context for whoever tells people. */
export function noteProgress(context: Context, fraction: number): void {
  fractions.set(context, fraction);
}

export function progressOf(context: Context): number | null {
  return fractions.get(context) ?? null;
}
