import type { ErrorCode } from '@nephos/model/errors';
import { DomainError } from '@nephos/model/errors';
import { execa, ExecaError } from 'execa';
import { cancelled } from '../cancellation.ts';

export interface CommandOptions {
  /** What is being done, for the person who reads the failure: `the start of instance …`. */
  what: string;
  timeoutMs: number;
  /** Ends the tool. Leave it out where a tool that is killed half way leaves its work running elsewhere, as virsh does. */
  signal?: AbortSignal;
}

/** What the tools say, and what it means for an operation. The first that matches; the rest is HYPERVISOR_FAILED. Seen with libvirt 9.0 and QEMU 7.2. */
const MEANINGS: readonly [RegExp, ErrorCode, string][] = [
  [/failed to connect to the hypervisor/i, 'HOST_UNREACHABLE', 'libvirtd does not answer'],
  [/End of file while reading data|Cannot recv data|client socket is closed|Connection reset/i, 'OUTCOME_UNKNOWN', 'libvirtd went away meanwhile'],
  [/failed to get domain|Domain not found/i, 'NOT_FOUND', 'libvirt does not know it'],
  [/cannot set up guest memory|Cannot allocate memory/i, 'CAPACITY', 'the host has not enough free memory'],
  [/Permission denied/i, 'HYPERVISOR_FAILED', 'the user that runs QEMU may not use that file (permissions of its folders, or AppArmor)'],
  [/No space left on device/i, 'HYPERVISOR_FAILED', 'the pool is full'],
  [/Cannot get interface MTU|bridge.*No such device/i, 'NETWORK_FAILED', "the network's bridge is not on this host"],
];

/** Runs one tool to its end and gives what it printed. Every failure is a DomainError that names the tool and its last words. */
export async function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<string> {
  try {
    const { stdout } = await execa(file, args, {
      env: { LC_ALL: 'C' }, // the meanings above are of English texts
      stdin: 'ignore',
      timeout: options.timeoutMs,
      ...(options.signal && { cancelSignal: options.signal }),
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw toDomainError(file, options, error);
  }
}

function toDomainError(tool: string, { what, timeoutMs }: CommandOptions, cause: ExecaError): DomainError {
  if (cause.isCanceled) return cancelled(what, cause);
  if (cause.code === 'ENOENT')
    return new DomainError('UNSUPPORTED', `${what} needs ${tool}, which is not installed on this host`, { tool }, { cause });
  if (cause.timedOut) return new DomainError('OUTCOME_UNKNOWN', `${tool} did not end within ${timeoutMs / 1000} s: ${what}`, { tool }, { cause });
  const said = lastWords(String(cause.stderr ?? '')) || cause.shortMessage;
  const meaning = MEANINGS.find(([pattern]) => pattern.test(said));
  if (!meaning) return new DomainError('HYPERVISOR_FAILED', `${what} failed. ${tool} said: ${said}`, { tool }, { cause });
  const [, code, explanation] = meaning;
  return new DomainError(code, `${what} failed: ${explanation}. ${tool} said: ${said}`, { tool }, { cause });
}

/** virsh puts what it tried first and why it failed last; both are worth reading, the rest is not. */
function lastWords(stderr: string): string {
  return stderr
    .split('\n')
    .map((line) => line.replace(/^error: /, '').trim())
    .filter(Boolean)
    .slice(-2)
    .join(': ')
    .slice(-600);
}
