// Builds the archive of the agent that machines get when they join, unless nothing that it is made of has changed since the last time.
import { execa } from 'execa';
import { makeUnlessSame } from './sources.ts';
import { script } from './step.ts';
import { ROOT, runCommand } from './terminal.ts';

const SOURCES = ['workers/host', 'activities', 'packages'];

await runCommand(async () => {
  await makeUnlessSame(SOURCES, 'workers/host/dist/nephos-sources', async () => {
    const [program = '', ...args] = script('workers/host/src/tooling/build-archive.ts');
    await execa(program, args, { cwd: ROOT, stdio: 'inherit' });
  });
  return 0;
});
