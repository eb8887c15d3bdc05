// `npm test [-- --yes] [FILE…]`: everything that can be checked on this machine. The last line is the total.
import { ensureSystemPackages } from './needs.ts';
import { build } from './build.ts';
import { runChecks } from './checks.ts';
import { whyNoRealHosts } from './real-hosts.ts';
import { runCommand, say } from './terminal.ts';
import { listTests, runVitest } from './vitest-report.ts';

await runCommand(async () => {
  const filters = process.argv.slice(2).filter((argument) => argument !== '--yes');
  const isAgreed = process.argv.includes('--yes') || process.env['CI'] !== undefined;
  await ensureSystemPackages({ isAgreed, withTests: true });
  await build();
  const checks = await runChecks();

  const reason = whyNoRealHosts();
  const tally = await runVitest(reason ? ['anywhere'] : ['anywhere', 'host'], filters);
  const skipped = [...tally.skipped, ...(reason ? await listTests('host') : [])];
  if (reason) say('hosts', `tests of real hosts are skipped: ${reason}`);
  for (const name of skipped) say('skipped', name);

  const failed = checks.failed.length + tally.failed;
  console.log(`${checks.passed.length + tally.passed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0 ? 0 : 1;
});
