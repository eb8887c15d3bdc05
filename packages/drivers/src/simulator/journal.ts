import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';

export interface Journal<T> {
  get(key: string): T | undefined;
  values(): T[];
  put(entry: T): void;
  clear(): void;
}

/**
 * A map on disk: lines of JSON, the last line of a key wins. One `write` per change and no fsync: it outlives a killed process,
 * which is all a simulated host needs, and costs some 30 µs. Old lines are dropped when the file is opened, unless its history is kept.
 */
export function openJournal<T>(file: string, schema: z.ZodType<T>, keyOf: (entry: T) => string, { keepsHistory = false } = {}): Journal<T> {
  mkdirSync(dirname(file), { recursive: true });
  const { lines, isTorn } = readLines(file, schema);
  const entries = new Map(lines.map((entry) => [keyOf(entry), entry]));
  if (isTorn || (!keepsHistory && lines.length > 2 * entries.size + 100)) {
    writeFileSync(`${file}.new`, (keepsHistory ? lines : [...entries.values()]).map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    renameSync(`${file}.new`, file);
  }
  return {
    get: (key) => entries.get(key),
    values: () => [...entries.values()],
    put: (entry) => {
      entries.set(keyOf(entry), entry);
      appendFileSync(file, `${JSON.stringify(entry)}\n`);
    },
    clear: () => {
      entries.clear();
      writeFileSync(file, '');
    },
  };
}

/** Every line of a journal, the oldest first, without touching it: its owner may be writing. */
export function readJournal<T>(file: string, schema: z.ZodType<T>): T[] {
  return readLines(file, schema).lines;
}

function readLines<T>(file: string, schema: z.ZodType<T>): { lines: T[]; isTorn: boolean } {
  const lines = readIfPresent(file).split('\n');
  const torn = lines.pop(); // '' unless the last write was cut short
  return { lines: lines.map((line) => schema.parse(JSON.parse(line))), isTorn: Boolean(torn) };
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
