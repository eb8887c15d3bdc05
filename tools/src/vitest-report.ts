import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { ROOT } from './terminal.ts';
import { script } from './step.ts';

// Of Vitest's JSON reporter, what is read here.
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});
const listSchema = z.array(z.object({ name: z.string(), file: z.string() }));

export interface Tally {
  passed: number;
  failed: number;
  /** By name. */
  skipped: string[];
}

const VITEST = 'node_modules/vitest/vitest.mjs';

/** Runs Vitest's projects with their output on the terminal. A file that cannot be loaded, and a run that breaks off, count as a failure each. */
export async function runVitest(projects: readonly string[], filters: readonly string[]): Promise<Tally> {
  const file = path.join(ROOT, 'node_modules/.cache/nephos-test-report.json');
  await rm(file, { force: true });
  const argv = script(
    VITEST,
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...filters,
  );
  const { failed } = await execa(argv[0] ?? '', argv.slice(1), { cwd: ROOT, reject: false, stdio: ['ignore', 'inherit', 'inherit'] });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const tally = text === undefined ? { passed: 0, failed: 0, skipped: [] } : tallyOf(text);
  // Errors outside of any test (an unhandled rejection, a failed set-up) are in the exit code alone.
  return { ...tally, failed: failed ? Math.max(1, tally.failed) : tally.failed };
}

export function tallyOf(reportJson: string): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: [] };
  for (const { name, status, assertionResults } of reportSchema.parse(JSON.parse(reportJson)).testResults) {
    for (const test of assertionResults) {
      if (test.status === 'passed') tally.passed++;
      else if (test.status === 'failed') tally.failed++;
      else tally.skipped.push(`${path.relative(ROOT, name)}: ${test.fullName}`);
    }
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) tally.failed++;
  }
  return tally;
}

/** The names of a project's tests, without running one. */
export async function listTests(project: string): Promise<string[]> {
  const argv = script(VITEST, 'list', '--project', project, '--json');
  const { stdout } = await execa(argv[0] ?? '', argv.slice(1), { cwd: ROOT, stdin: 'ignore' });
  return listSchema.parse(JSON.parse(stdout.slice(stdout.indexOf('[')))).map(({ name, file }) => `${path.relative(ROOT, file)}: ${name}`);
}
