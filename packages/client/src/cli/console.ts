import { once } from 'node:events';
import type { Command } from 'commander';
import { findId } from './find.ts';
import { say } from './output.ts';
import { openSession } from './session.ts';

/** Ctrl-], as telnet has it. */
const LEAVE = 0x1d;

/** `nephos instance console NAME`: the serial line of a running instance in this terminal, every key but Ctrl-] for the guest. */
export function addConsoleCommand(instance: Command): void {
  const command = instance
    .command('console')
    .description('the serial line of a running one; Ctrl-] leaves it')
    .argument('<instance>', 'its name or id')
    .action(async (name: string) => {
      const session = await openSession(command);
      const line = await session.openConsole(await findId(session, 'instance', name), 'serial');
      const { stdin, stdout } = process;
      say('Connected. Ctrl-] leaves the console.');
      if (stdin.isTTY) stdin.setRawMode(true);
      const ended = once(line, 'close');
      line.on('error', () => undefined).pipe(stdout, { end: false });
      stdin.on('data', (chunk: Buffer) => {
        const at = chunk.indexOf(LEAVE);
        line.write(at < 0 ? chunk : chunk.subarray(0, at));
        if (at >= 0) line.end();
      });
      stdin.once('end', () => line.end());
      await ended;
      if (stdin.isTTY) stdin.setRawMode(false);
      say('The console has ended.');
      process.exit(0); // stdin may still be open, and nobody reads it any more
    });
}
