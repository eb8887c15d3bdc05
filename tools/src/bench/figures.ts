/** One row of what a bench found. `ours` and `floor` are in `unit`; the floor is what the same would cost without us. */
export interface Figure {
  name: string;
  unit: 'ms' | '/min' | 'MB' | '% of a core' | '';
  ours: number;
  floor: number | null;
  /** The goal in words, as it is agreed. */
  goal: string;
  isMet: boolean;
}

/** The rows for people, then one line of JSON for programs. */
export function printFigures(bench: string, figures: readonly Figure[]): void {
  const cells = figures.map(({ name, unit, ours, floor, goal, isMet }) => [
    name, `${round(ours)} ${unit}`.trim(), floor === null ? '–' : `${round(floor)} ${unit}`, floor === null ? '–' : (ours / floor).toFixed(2), goal, isMet ? 'met' : 'missed',
  ]);
  const rows = [['name', 'ours', 'floor', 'ratio', 'goal', ''], ...cells];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
  console.log(JSON.stringify({ bench, at: new Date().toISOString(), figures: figures.map((figure) => ({ ...figure, ratio: figure.floor === null ? null : figure.ours / figure.floor })) }));
}

/** The smallest value that `share` of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** How long something took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
