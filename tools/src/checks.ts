import { runStep, script, type Step } from './step.ts';

/** What can be said about the code without running it. Each counts as one test. */
const CHECKS: Step[] = [
  { name: 'types', about: 'TypeScript', argv: script('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit') },
  { name: 'types', about: 'TypeScript of the portal', argv: script('node_modules/typescript/bin/tsc', '-p', 'apps/web/tsconfig.json', '--noEmit') },
  { name: 'lint', about: 'oxlint', argv: script('node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--format=unix') },
  {
    name: 'imports',
    about: 'who may import whom',
    argv: script(
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      'tooling/dependency-cruiser.cjs',
      'apps',
      'workers',
      'workflows',
      'activities',
      'packages',
      'tools',
      'images',
      'e2e',
    ),
  },
  { name: 'format', about: 'oxfmt, else `npm run format`', argv: script('node_modules/oxfmt/bin/oxfmt', '--check') },
];

/** Answers the names of those that failed. */
export async function runChecks(): Promise<{ passed: string[]; failed: string[] }> {
  const passed: string[] = [];
  const failed: string[] = [];
  for (const check of CHECKS) ((await runStep(check)) ? passed : failed).push(check.name);
  return { passed, failed };
}
