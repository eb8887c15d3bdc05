import { TRPCClientError } from '@trpc/client';
import type { AppRouter } from './app-router.ts';

/**
 * Every failure of a call. `code` is one of docs/error-codes.md, or `UNREACHABLE` when no answer of the API came, or
 * `ABORTED` when the caller's signal ended it. `message` is for people; `requestId` finds the call in the server's logs.
 */
export class NephosError extends TRPCClientError<AppRouter> {
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly requestId: string | undefined;

  constructor(
    code: string,
    message: string,
    { details = {}, requestId, cause }: { details?: Record<string, unknown>; requestId?: string | undefined; cause?: Error | undefined } = {},
  ) {
    super(message, cause && { cause });
    Object.setPrototypeOf(this, NephosError.prototype); // TRPCClientError sets its own
    this.name = 'NephosError';
    this.code = code;
    this.details = details;
    this.requestId = requestId;
  }
}

/** What tRPC, fetch or the API itself said, as one kind of error. */
export function toNephosError(error: unknown, url: string): NephosError {
  if (error instanceof NephosError) return error;
  const cause = error instanceof Error ? error : undefined;
  const told = readAnswer(error instanceof TRPCClientError ? error.shape : cause ? undefined : error);
  if (told) return new NephosError(told.code, told.message, { ...told, cause });
  if (isAbort(error)) return new NephosError('ABORTED', 'The call was ended before its answer came.', { cause });
  return new NephosError('UNREACHABLE', `No answer of Nephos came from ${url}: ${reasonOf(error)}`, { cause });
}

interface Answer {
  code: string;
  message: string;
  details: Record<string, unknown>;
  requestId: string | undefined;
}

/** An error as the API writes it: `{ message, data: { code, … } }` of a procedure, `{ code, message, … }` of an upload or a stream. */
export function readAnswer(answer: unknown): Answer | undefined {
  if (!isRecord(answer)) return undefined;
  const inner = isRecord(answer['data']) ? answer['data'] : answer;
  const { code, details, requestId } = inner;
  const { message } = answer;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return { code, message, details: isRecord(details) ? details : {}, requestId: typeof requestId === 'string' ? requestId : undefined };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || isAbort(error.cause));
}

/** `fetch failed` says nothing; what it was caused by does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const deepest = error.cause instanceof Error ? reasonOf(error.cause) : '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return deepest || error.message || code || error.name;
}
