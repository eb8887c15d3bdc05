import { CommanderError } from 'commander';
import { NephosError } from '../error.ts';

/** What the command line ends with. Scripts may rely on these. `instance ssh` ends with what ssh ended with. */
export const EXIT = {
  ok: 0,
  /** The operation that was waited for failed or was cancelled, or something unforeseen happened. */
  failed: 1,
  /** The command or its input makes no sense. */
  wrongUse: 2,
  /** Not signed in, or not allowed. */
  refused: 3,
  notFound: 4,
  /** The state of things, a limit or the capacity doesn't allow it, or a name is not the only one. */
  notNow: 5,
  /** The API, or a host that is needed, does not answer. */
  unreachable: 6,
} as const;

const BY_CODE: Record<string, number> = {
  BAD_INPUT: EXIT.wrongUse,
  UNAUTHENTICATED: EXIT.refused,
  FORBIDDEN: EXIT.refused,
  NOT_FOUND: EXIT.notFound,
  CONFLICT: EXIT.notNow,
  NAME_TAKEN: EXIT.notNow,
  INVALID_STATE: EXIT.notNow,
  IN_USE: EXIT.notNow,
  CANCEL_REFUSED: EXIT.notNow,
  LIMIT_EXCEEDED: EXIT.notNow,
  CAPACITY: EXIT.notNow,
  TOO_MANY_REQUESTS: EXIT.notNow,
  UNSUPPORTED: EXIT.notNow,
  AMBIGUOUS: EXIT.notNow,
  UNREACHABLE: EXIT.unreachable,
  HOST_UNREACHABLE: EXIT.unreachable,
  DIRECTORY_UNREACHABLE: EXIT.unreachable,
  AGENT_TOO_OLD: EXIT.unreachable,
  AGENT_TOO_NEW: EXIT.unreachable,
};

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.wrongUse;
  return error instanceof NephosError ? (BY_CODE[error.code] ?? EXIT.failed) : EXIT.failed;
}
