// `npm run check`: the part of the tests that runs nothing.
import { build } from './build.ts';
import { runChecks } from './checks.ts';
import { runCommand } from './terminal.ts';

await runCommand(async () => {
  await build();
  const { passed, failed } = await runChecks();
  console.log(`${passed.length} passed, ${failed.length} failed, 0 skipped`);
  return failed.length === 0 ? 0 : 1;
});
