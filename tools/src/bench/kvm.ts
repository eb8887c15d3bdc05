import type { Figure } from './figures.ts';
export async function benchKvm(): Promise<Figure[]> {
  return [];
}
