import { mayAtAll } from '@nephos/authz/ability';
import type { Permission } from '@nephos/authz/policy';
import { DomainError, ERROR_CODES } from '@nephos/model/errors';
import type { Logger } from '@nephos/log/log';
import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY } from '@trpc/server';
import { z, ZodError } from 'zod';
import type { Caller } from './services/authentication.ts';
import type { Services } from './services/services.ts';
import type { Request } from './request.ts';

export interface Context {
  services: Services;
  log: Logger;
  requestId: string;
  /** The caller's address, for limits. */
  address: string;
  userAgent: string;
  caller: Caller | undefined;
  idempotencyKey: string | undefined;
}

export interface Meta {
  /** What the caller's role must include; `open` procedures are for people who have not signed in. */
  permission: Permission | 'open';
}

const HTTP_TO_TRPC: Record<number, TRPC_ERROR_CODE_KEY> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  501: 'NOT_IMPLEMENTED',
  502: 'BAD_GATEWAY',
  503: 'SERVICE_UNAVAILABLE',
  507: 'SERVICE_UNAVAILABLE',
};

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isServer: true,
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 45_000 } },
    errorFormatter: ({ shape, error, ctx }) => {
      const { code, message, details } = toPublicError(error);
      return {
        message,
        code: shape.code,
        data: { httpStatus: shape.data.httpStatus, path: shape.data.path ?? null, code, details, requestId: ctx?.requestId ?? null },
      };
    },
  });

export const { router, createCallerFactory } = t;

const told = t.procedure.use(async ({ ctx, path, type, next }) => {
  const started = performance.now();
  const result = await next();
  const fields = {
    procedure: path,
    kind: type,
    requestId: ctx.requestId,
    userId: ctx.caller?.actor.userId,
    durationMs: Math.round(performance.now() - started),
  };
  if (result.ok) ctx.log.debug(fields, 'answered');
  else if (result.error.cause instanceof DomainError || result.error.code !== 'INTERNAL_SERVER_ERROR')
    ctx.log.info({ ...fields, code: toPublicError(result.error).code }, 'refused');
  else ctx.log.error({ ...fields, err: result.error.cause ?? result.error }, 'failed');
  return result;
});

/** Our errors in tRPC's words, with their HTTP status. */
const translated = told.use(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof DomainError) {
    const { cause } = result.error;
    throw new TRPCError({ code: HTTP_TO_TRPC[ERROR_CODES[cause.code].http] ?? 'INTERNAL_SERVER_ERROR', message: cause.message, cause });
  }
  return result;
});

/** Text that PostgreSQL can't hold would come back as a failure of ours: NUL, and halves of characters (lone surrogates). */
const textual = translated.use(async ({ getRawInput, next }) => {
  if (!isStorable(await inputIn(getRawInput)))
    throw new DomainError('BAD_INPUT', 'The input has a character that is none: U+0000 or half of a pair.');
  return next();
});

/** Undefined without a body. What isn't JSON is refused where a procedure reads its input. */
function inputIn(getRawInput: () => Promise<unknown>): Promise<unknown> {
  return getRawInput().catch(() => undefined);
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\u0000');
  return typeof value !== 'object' || value === null || Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/**
 * The only way to make a procedure for people who are signed in: it names its permission, which is checked before anything
 * else, and its handler gets the request as services take it.
 */
export function permitted(permission: Permission) {
  return textual.meta({ permission }).use(async ({ ctx, path, getRawInput, next }) => {
    const { caller, idempotencyKey } = ctx;
    if (!caller) throw new DomainError('UNAUTHENTICATED', 'Sign in first, or send an API key: Authorization: Bearer …');
    if (!mayAtAll(caller.actor, permission))
      throw new DomainError('FORBIDDEN', `Your role (${caller.actor.role}) does not include ${permission}.`, { permission });
    const idempotency = idempotencyKey
      ? { userId: caller.actor.userId, key: idempotencyKey, request: { path, input: await inputIn(getRawInput) } }
      : undefined;
    const request: Request = { actor: caller.actor, idempotency };
    return next({ ctx: { ...ctx, caller, request } });
  });
}

/** A procedure for everybody. There are very few. */
export const openToAll = textual.meta({ permission: 'open' });

export interface PublicError {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** What a caller is told of an error: ours as they are, bad input by its fields, and of anything else only that it happened. */
export function toPublicError(error: TRPCError): PublicError {
  const { cause } = error;
  if (cause instanceof DomainError) return { code: cause.code, message: cause.message, details: cause.details };
  if (cause instanceof ZodError) {
    const { fieldErrors } = z.flattenError(cause);
    const fields = cause.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
    return {
      code: 'BAD_INPUT',
      message: fields.map(({ field, message }) => `${field || 'input'}: ${message}`).join('; '),
      details: { fields, field: Object.keys(fieldErrors)[0] ?? '' },
    };
  }
  if (error.code === 'NOT_FOUND') return { code: 'NOT_FOUND', message: error.message, details: {} };
  if (error.code !== 'INTERNAL_SERVER_ERROR') return { code: 'BAD_INPUT', message: error.message, details: {} };
  return { code: 'UNEXPECTED', message: 'Something went wrong on our side. The request id finds it in the logs.', details: {} };
}
