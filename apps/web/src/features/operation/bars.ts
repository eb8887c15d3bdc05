/** From when until when, in milliseconds since 1970. */
export interface Axis {
  from: number;
  until: number;
}

/** What a step or an attempt took, as parts of the axis from 0 to 1. */
export interface Bar {
  left: number;
  width: number;
}

const TICKS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map((seconds) => seconds * 1_000),
);
const TICKS_MAX = 4;

/** An operation from when it was asked for until it ended, or now. Clocks here and there may differ a little: it is never empty. */
export function axisOf({ createdAt, endedAt }: { createdAt: string; endedAt: string | null }, now: number): Axis {
  const from = Date.parse(createdAt);
  return { from, until: Math.max(from + 1, endedAt ? Date.parse(endedAt) : now) };
}

/** Within the axis, whatever a host's clock says. */
export function barOf({ from, until }: Axis, span: { startedAt: string; endedAt: string | null }): Bar {
  const share = (time: number) => Math.min(1, Math.max(0, (time - from) / (until - from)));
  const left = share(Date.parse(span.startedAt));
  return { left, width: Math.max(0, share(span.endedAt ? Date.parse(span.endedAt) : until) - left) };
}

/** Round times after the beginning, in milliseconds: 0 and up to four more. */
export function ticksOf({ from, until }: Axis): number[] {
  const length = until - from;
  const step = TICKS_MS.find((one) => length / one <= TICKS_MAX) ?? Math.ceil(length / TICKS_MAX);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}

/** The attempts that belong to each step: those that began while it was the latest. The first step has those before it too. */
export function attemptsByStep<S extends { position: number; startedAt: string }, A extends { startedAt: string }>(
  steps: readonly S[],
  attempts: readonly A[],
): ReadonlyMap<number, A[]> {
  const byStep = new Map<number, A[]>();
  for (const attempt of attempts) {
    const step = steps.findLast(({ startedAt }) => Date.parse(startedAt) <= Date.parse(attempt.startedAt)) ?? steps[0];
    if (step) byStep.set(step.position, [...(byStep.get(step.position) ?? []), attempt]);
  }
  return byStep;
}
