import { createHmac, timingSafeEqual } from 'node:crypto';
import { request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { headerOf } from './caller.ts';

/** The portal, a Next.js server on loopback that only this process talks to. */
export interface Pages {
  url: string;
  /** Shared with the portal and with every other API process. */
  secret: string;
}

/** Who asked for the page, with a proof that we said so: the portal hands it back when it signs a person in, for the limits on that. */
const CLIENT = 'x-nephos-client';
/** Where the stream of changes was when the page was asked for: it follows them from there on, and needs to ask nothing twice. */
const CHANGES = 'x-nephos-changes';
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** Passes a request for a page on, as a stream in both directions, and with it `changes`, where known. While the portal is away it answers 503. */
export function forwardTo({ url, secret }: Pages, request: IncomingMessage, response: ServerResponse, changes: string | undefined): void {
  const address = request.socket.remoteAddress ?? '';
  const headers = {
    ...endToEnd(request.headers),
    'x-forwarded-host': headerOf(request, 'host') ?? '',
    'x-forwarded-proto': headerOf(request, 'x-forwarded-proto') === 'https' ? 'https' : 'http',
    'x-forwarded-for': address,
    [CLIENT]: `${address} ${proofOf(address, secret)}`,
    ...(changes && { [CHANGES]: changes }),
  };
  const forwarded = ask(new URL(request.url ?? '/', url), { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  forwarded.once('error', () => sayAway(request, response));
  response.once('close', () => forwarded.destroy());
  request.pipe(forwarded);
}

/** The address a request came from: the browser's, when the portal asks for one. */
export function clientAddress(request: IncomingMessage, pages: Pages | undefined): string {
  const own = request.socket.remoteAddress ?? '';
  const [address = '', proof = ''] = headerOf(request, CLIENT)?.split(' ') ?? [];
  return pages && isEqual(proof, proofOf(address, pages.secret)) ? address : own;
}

/** Of a browser that opens a page, not of what a page loads. */
export function isForPage(request: IncomingMessage): boolean {
  return headerOf(request, 'accept')?.includes('text/html') ?? false;
}

function proofOf(address: string, secret: string): string {
  return createHmac('sha256', secret).update(`client ${address}`).digest('base64url');
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

const AWAY = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="3"><title>Nephos is starting</title>
<body style="font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;text-align:center;color-scheme:light dark">
<h1 style="font-size:1.25rem">The portal is not there at the moment</h1><p>It is probably starting. This page tries again by itself. The API works meanwhile.</p></body></html>`;

function sayAway(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const wantsPage = isForPage(request);
  response.writeHead(503, {
    'content-type': wantsPage ? 'text/html; charset=utf-8' : 'application/json',
    'retry-after': '3',
    'cache-control': 'no-store',
  });
  response.end(wantsPage ? AWAY : JSON.stringify({ code: 'UNREACHABLE', message: 'The portal is not there at the moment.' }));
}
