// Builds apps/web, unless nothing that it is made of has changed since the last time.
import { execa } from 'execa';
import { makeUnlessSame } from './sources.ts';
import { script } from './step.ts';
import { ROOT, runCommand } from './terminal.ts';

const SOURCES = ['apps/web', 'packages/ui', 'packages/model', 'packages/contracts', 'packages/config'];

await runCommand(async () => {
  await makeUnlessSame(SOURCES, 'apps/web/.next/nephos-sources', async () => {
    const [program = '', ...args] = script('node_modules/next/dist/bin/next', 'build', 'apps/web');
    await execa(program, args, { cwd: ROOT, stdio: 'inherit', env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } });
  });
  return 0;
});
