import { existsSync } from 'node:fs';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { runStep, script, type Step } from './step.ts';
import { ROOT } from './terminal.ts';

const STEPS: Step[] = [
  { name: 'build', about: 'database client', argv: script('packages/db/src/tooling/generate.ts') },
  { name: 'build', about: 'workflow bundle', argv: script('workflows/src/tooling/bundle.ts') },
];

/** What has to be made before anything runs: servers run from their sources, these two don't. */
export async function build(): Promise<void> {
  for (const step of STEPS) {
    if (!existsSync(path.join(ROOT, step.argv[1] ?? ''))) continue;
    if (!(await runStep(step))) throw new DomainError('UNEXPECTED', `The build of the ${step.about} failed; its output is above.`);
  }
}
