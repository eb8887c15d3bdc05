import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './terminal.ts';
import { tallyOf } from './vitest-report.ts';

const file = (status: string, tests: Record<string, string>) => ({
  name: path.join(ROOT, 'packages/a/src/a.test.ts'),
  status,
  assertionResults: Object.entries(tests).map(([fullName, result]) => ({ fullName, status: result })),
});

describe('the total of a test run', () => {
  it('counts, and names what was skipped', () => {
    const report = JSON.stringify({ testResults: [file('failed', { one: 'passed', two: 'failed', three: 'skipped', four: 'todo' })] });
    expect(tallyOf(report)).toEqual({ passed: 1, failed: 1, skipped: ['packages/a/src/a.test.ts: three', 'packages/a/src/a.test.ts: four'] });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(tallyOf(JSON.stringify({ testResults: [file('failed', {})] })).failed).toBe(1);
  });
});
