import type { IncomingMessage } from 'node:http';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { Caller } from '../services/authentication.ts';
import type { Services } from '../services/services.ts';

/** Who sends a request; undefined is nobody. Throws FORBIDDEN as `assertOwnPage` does. */
export async function authenticate(services: Services, request: IncomingMessage, requestId: string): Promise<Caller | undefined> {
  const bearer = /^Bearer (\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  assertOwnPage(request);
  const token = bearer ?? tokenOfBrowser(request);
  return token ? services.authentication.authenticate(token, requestId).catch(refuseUnknown) : undefined;
}

/** Set by the portal when a person signs in: HttpOnly, SameSite=Strict. */
const SESSION_COOKIE = 'nephos_session';

/** Whoever names itself in a header is not taken for the cookie that came along. */
function tokenOfBrowser(request: IncomingMessage): string | undefined {
  if (headerOf(request, 'authorization') !== undefined) return undefined;
  return new RegExp(`(?:^|; )${SESSION_COOKIE}=([^;]+)`).exec(headerOf(request, 'cookie') ?? '')?.[1];
}

/**
 * A browser sends its cookie by itself, whoever wrote the page that asks. So a change must come from a page of our own:
 * browsers name the origin of every request that isn't a GET. Throws FORBIDDEN.
 */
export function assertOwnPage(request: IncomingMessage): void {
  if (request.method === 'GET' || request.method === 'HEAD' || !tokenOfBrowser(request)) return;
  if (isOwnPage(request)) return;
  throw new DomainError('FORBIDDEN', 'A change that is asked for with a cookie must come from a page of this portal. Programs send an API key.');
}

/** Whether a browser says that a page of this origin asks. */
export function isOwnPage(request: IncomingMessage): boolean {
  const origin = headerOf(request, 'origin') ?? '';
  return URL.canParse(origin) && new URL(origin).host === headerOf(request, 'host');
}

/** A token that nobody knows is nobody: the procedure then says what to do. */
function refuseUnknown(error: unknown): undefined {
  if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') return undefined;
  throw error;
}

/** Throws BAD_INPUT: a request line may hold anything. */
export function urlOf(request: IncomingMessage): URL {
  const { url = '/' } = request;
  if (URL.canParse(url, 'http://api')) return new URL(url, 'http://api');
  throw new DomainError('BAD_INPUT', 'The address of the request is none.');
}

/** The caller's own, if it has one that is harmless to log; else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = headerOf(request, 'x-request-id');
  return given && /^[\w-]{8,64}$/.test(given) ? given : newId();
}

export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
