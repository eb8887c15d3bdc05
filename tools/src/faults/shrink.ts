export interface Shrunk<T> {
  /** As few as were found. In their old order. */
  parts: T[];
  runs: number;
  /** False when time ran out before the smallest was sure. */
  isSmallest: boolean;
}

/**
 * Delta debugging (Zeller and Hildebrandt, ddmin): takes away halves, then quarters and so on, for as long as what is left still
 * fails. `fails` is asked one run after the other, and no more once the signal aborts.
 */
export async function shrink<T>(parts: readonly T[], fails: (parts: readonly T[]) => Promise<boolean>, signal: AbortSignal): Promise<Shrunk<T>> {
  let left = [...parts];
  let runs = 0;
  for (let pieces = 2; left.length > 1;) {
    const size = Math.ceil(left.length / pieces);
    let smaller: T[] | undefined;
    for (let from = 0; from < left.length && !smaller; from += size) {
      if (signal.aborted) return { parts: left, runs, isSmallest: false };
      const without = left.toSpliced(from, size);
      runs++;
      if (await fails(without)) smaller = without;
    }
    if (smaller) {
      left = smaller;
      pieces = Math.max(2, pieces - 1);
    } else if (size === 1) break;
    else pieces = Math.min(left.length, pieces * 2);
  }
  return { parts: left, runs, isSmallest: true };
}
