import { describe, expect, it } from 'vitest';
import { declaredBoundaries } from './declared-steps.ts';
import { allCells } from './matrix.ts';

describe('the matrix', () => {
  it('has every process at every boundary of every kind', () => {
    const boundaries = declaredBoundaries();
    for (const victim of ['control-worker', 'agent-simulator', 'api'])
      expect(new Set(allCells().flatMap((cell) => (cell.victim === victim ? [cell.boundary] : []))).size).toBe(boundaries.length - 1); // see UNDONE_BY_NO_CANCEL
  });
});
