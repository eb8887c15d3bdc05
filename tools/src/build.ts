import { existsSync } from 'node:fs';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { runStep, script, type Step } from './step.ts';
import { ROOT } from './terminal.ts';

const STEPS: Step[] = [
  { name: 'build', about: 'database client', argv: script('packages/db/src/tooling/generate.ts') },
  { name: 'build', about: 'workflow bundle', argv: script('workflows/src/tooling/bundle.ts') },
  // One at a time in a clone: both write where the other would.
  { name: 'build', about: 'agent archive', argv: ['flock', 'workers/host', ...script('tools/src/build-agent.ts')] },
  // One at a time in a clone: Next.js refuses a second build of the same folder.
  { name: 'build', about: 'portal', argv: ['flock', 'apps/web', ...script('tools/src/build-portal.ts')] },
];

/** What has to be made before anything runs: servers run from their sources, these don't. */
export async function build(): Promise<void> {
  for (const step of STEPS) {
    if (!existsSync(path.join(ROOT, step.argv[1] ?? ''))) continue;
    if (!(await runStep(step))) throw new DomainError('UNEXPECTED', `The build of the ${step.about} failed; its output is above.`);
  }
}
