import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';

/** Runs one of the system's tools and answers what it printed. Throws NETWORK_FAILED with the command and its complaint. */
export async function tool(argv: readonly string[], { timeoutMs = 30_000 } = {}): Promise<string> {
  const [program = '', ...args] = argv;
  const { failed, stdout, stderr, shortMessage } = await execa(program, args, { timeout: timeoutMs, reject: false, stdin: 'ignore' });
  if (failed) throw new DomainError('NETWORK_FAILED', `${shortMessage}${stderr ? `\n${stderr}` : ''}`);
  return stdout;
}

/** Whether it ended with code 0. */
export async function toolSucceeds(argv: readonly string[], { timeoutMs = 30_000 } = {}): Promise<boolean> {
  const [program = '', ...args] = argv;
  return !(await execa(program, args, { timeout: timeoutMs, reject: false, stdin: 'ignore' })).failed;
}
