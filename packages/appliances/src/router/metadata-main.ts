/**
 * The metadata service (:80) and the password service (:8080) of one router: `metadata-main FOLDER`, started in the router's namespace.
 * The asker is known by its source address, which the namespace and the firewall vouch for. Nothing is held in memory:
 * a request reads `FOLDER/guests/<address>.json` (GuestPages), so what was applied is served at once and user data costs no memory.
 * A password lies in `FOLDER/passwords/<id>` until the guest confirms it; then `FOLDER/taken/<id>` remembers that, and the file goes.
 *
 * One process per router, as with dnsmasq: a crash or a flaw touches one tenant, and both are adopted and repaired in the same way. It costs
 * about 15 MB that are not shared (Node 24, type-stripped ahead). One process for the whole host would need sockets handed over from each
 * namespace; static file servers (HAProxy, busybox httpd) can't forget a password. It imports nothing but Node, so that one file is all of it.
 */
import { readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { GuestPages } from './metadata.ts';

const MAX_CONNECTIONS = 1_000;
/** File descriptor on which the starter waits for one line. */
const READY_FD = 3;

const folder = process.argv[2] ?? '';

function readPages(request: IncomingMessage): GuestPages | undefined {
  try {
    const pages: unknown = JSON.parse(readFileSync(join(folder, 'guests', `${request.socket.remoteAddress}.json`), 'utf8'));
    return isGuestPages(pages) ? pages : undefined;
  } catch {
    return undefined;
  }
}

function isGuestPages(pages: unknown): pages is GuestPages {
  return typeof pages === 'object' && pages !== null && 'texts' in pages && typeof pages.texts === 'object';
}

function answer(response: ServerResponse, status: number, body: string | Buffer, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

function serveMetadata(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'method not allowed\n');
  const pages = readPages(request);
  if (!pages) return answer(response, 404, 'unknown guest\n');

  const [path = ''] = (request.url ?? '').split('?');
  if (/^\/*$/.test(path)) return answer(response, 200, 'latest\n');
  const page = /^\/+(?:latest|\d{4}-\d\d-\d\d|1\.0)(?:\/+(.*))?$/.exec(path);
  if (!page) return answer(response, 404, 'not found\n');
  const name = page[1] ?? '';
  if (/^user-?data\/?$/.test(name) && pages.userData !== undefined) {
    return answer(response, 200, Buffer.from(pages.userData, 'base64'), 'application/octet-stream');
  }
  const found = [name, `${name}/`].find((candidate) => Object.hasOwn(pages.texts, candidate));
  if (found === undefined) return answer(response, 404, 'not found\n');
  answer(response, 200, pages.texts[found] ?? '');
}

/** CloudStack's password protocol: the word in the DomU_Request header decides; every answer is 200 but to a stranger. */
function servePassword(request: IncomingMessage, response: ServerResponse): void {
  const pages = readPages(request);
  if (!pages) return answer(response, 404, 'unknown guest\n');
  const wish = request.headers['domu_request'];
  if (wish === 'send_my_password') return answer(response, 200, readPassword(pages.passwordId) ?? 'saved_password');
  if (wish !== 'saved_password') return answer(response, 200, 'bad_request');
  if (pages.passwordId !== undefined) {
    writeFileSync(join(folder, 'taken', pages.passwordId), '', { mode: 0o600 }); // before the file goes: it must not come back
    rmSync(join(folder, 'passwords', pages.passwordId), { force: true });
  }
  answer(response, 200, 'saved_password');
}

function readPassword(id: string | undefined): string | undefined {
  if (id === undefined || read('taken', id) !== undefined) return undefined;
  return read('passwords', id);
}

function read(...names: string[]): string | undefined {
  try {
    return readFileSync(join(folder, ...names), 'utf8');
  } catch {
    return undefined;
  }
}

/** A file that can't be written (a full disk) is the guest's to retry, and no reason to end. */
function guarded(serve: typeof serveMetadata): typeof serveMetadata {
  return (request, response) => {
    try {
      serve(request, response);
    } catch {
      answer(response, 500, 'try again\n');
    }
  };
}

let listening = 0;
for (const [port, serve] of [
  [80, serveMetadata],
  [8080, servePassword],
] as const) {
  const server = createServer({ maxHeaderSize: 8_192 }, guarded(serve));
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, '0.0.0.0', () => {
    listening += 1;
    if (listening === 2) writeSync(READY_FD, 'ready\n');
  });
}
