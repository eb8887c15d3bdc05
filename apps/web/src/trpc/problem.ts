import type { AppRouter } from '@nephos/api/app-router';
import { TRPCClientError } from '@trpc/client';

/** A failed call, as a page shows it. */
export interface Problem {
  /** One of docs/error-codes.md, or UNREACHABLE. */
  code: string;
  message: string;
  /** What was wrong with which field of the input. */
  fields: ReadonlyMap<string, string>;
}

export function problemOf(error: unknown): Problem {
  const answer = isApiError(error) ? error.data : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (!answer) return { code: 'UNREACHABLE', message, fields: new Map() };
  const { field, fields } = answer.details;
  const told = Array.isArray(fields) ? fields.flatMap(readField) : typeof field === 'string' ? [[field, message] as const] : [];
  return { code: answer.code, message, fields: new Map(told) };
}

/** Worth another try: nobody answered, or who answered was in trouble. */
export function isRetryable(error: unknown): boolean {
  return !isApiError(error) || !error.data || error.data.httpStatus >= 500;
}

function isApiError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError;
}

function readField(one: unknown): (readonly [string, string])[] {
  if (typeof one !== 'object' || one === null || !('field' in one) || !('message' in one)) return [];
  const { field, message } = one;
  return typeof field === 'string' && typeof message === 'string' ? [[field, message]] : [];
}
