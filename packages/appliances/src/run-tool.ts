import { execa } from 'execa';
import { DomainError } from '@nephos/model/errors';

const TOOL_TIMEOUT_MS = 20_000;
/** Agents are often started with a user's PATH, which leaves out where the network tools live. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`;

export interface ToolOptions {
  signal: AbortSignal;
  /** Given on standard input. */
  input?: string;
}

/**
 * Runs one tool of the host (never a shell) and returns what it printed.
 * Throws NETWORK_FAILED with the command and its complaint, or CANCELLED. Commands carry no secrets, so they may be named.
 */
export async function runTool(tool: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const result = await execa(tool, args, {
    input: options.input ?? '',
    cancelSignal: options.signal,
    timeout: TOOL_TIMEOUT_MS,
    env: { PATH, LC_ALL: 'C' },
    stripFinalNewline: false,
    reject: false,
  });
  if (!result.failed) return result.stdout;

  const command = [tool, ...args].join(' ');
  if (options.signal.aborted) throw new DomainError('CANCELLED', `Cancelled while running ${command}`);
  if (result.code === 'ENOENT') throw new DomainError('NETWORK_FAILED', `This host has no ${tool}: install the package that brings it`, { tool });
  const said = (result.stderr || (result.shortMessage ?? '')).trim().slice(0, 2_000);
  throw new DomainError('NETWORK_FAILED', `${command} failed: ${said}`, { tool, said });
}
