/** One row of what a bench found. `ours` and `floor` are in `unit`; the floor is what the same would cost without us. */
export interface Figure {
  name: string;
  unit: 'ms' | '/min' | 'MB' | 'kB' | '% of a core' | '';
  ours: number;
  floor: number | null;
  /** Where ours and the floor were measured in pairs: the median of the pairs' ratios, which a machine that is busy now and then does not upset. */
  pairedRatio?: number;
  /** The goal in words, as it is agreed. */
  goal: string;
  isMet: boolean;
}

/** The rows for people, then one line of JSON for programs. */
export function printFigures(bench: string, figures: readonly Figure[]): void {
  const cells = figures.map((figure) => {
    const { name, unit, ours, floor, goal, isMet } = figure;
    return [
      name,
      `${round(ours)} ${unit}`.trim(),
      floor === null ? '–' : `${round(floor)} ${unit}`,
      ratioOf(figure)?.toFixed(2) ?? '–',
      goal,
      isMet ? 'met' : 'missed',
    ];
  });
  const rows = [['name', 'ours', 'floor', 'ratio', 'goal', ''], ...cells];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  console.log(
    JSON.stringify({ bench, at: new Date().toISOString(), figures: figures.map((figure) => ({ ...figure, ratio: ratioOf(figure) ?? null })) }),
  );
}

/** The smallest value that `share` of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Of what was measured in alternating pairs. */
export function summarisePairs(ours: readonly number[], floor: readonly number[]): { ours: number; floor: number; pairedRatio: number } {
  return { ours: median(ours), floor: median(floor), pairedRatio: median(ours.map((value, pair) => value / (floor[pair] ?? Number.NaN))) };
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** How long something took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function ratioOf({ ours, floor, pairedRatio }: Figure): number | undefined {
  return pairedRatio ?? (floor === null ? undefined : ours / floor);
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
