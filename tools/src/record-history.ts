// `npm run record-history [-- FILTER]`: runs the saga tests and writes the histories of their plain and failed runs anew to
// workflows/src/__histories__, which the replay test reads. Commit them with the change that made it necessary.
import { build } from './build.ts';
import { runStep, script } from './step.ts';
import { runCommand } from './terminal.ts';

await runCommand(async () => {
  await build();
  process.env['NEPHOS_RECORD_HISTORIES'] = '1';
  const filter = process.argv[2] ?? 'workflows';
  const argv = script('node_modules/vitest/vitest.mjs', 'run', '--project', 'anywhere', filter, '-t', String.raw`happens$|when \S+ fails$`);
  return (await runStep({ name: 'histories', about: `recorded from ${filter}`, argv })) ? 0 : 1;
});
