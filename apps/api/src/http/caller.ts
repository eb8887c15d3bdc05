import type { IncomingMessage } from 'node:http';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { Caller } from '../services/authentication.ts';
import type { Services } from '../services/services.ts';

/** Who sends a request; undefined is nobody. */
export async function authenticate(services: Services, request: IncomingMessage, requestId: string): Promise<Caller | undefined> {
  const token = /^Bearer (\S+)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  return token ? services.authentication.authenticate(token, requestId).catch(refuseUnknown) : undefined;
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
