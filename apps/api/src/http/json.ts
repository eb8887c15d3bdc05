import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError, ERROR_CODES } from '@nephos/model/errors';

/** Reads a JSON body of at most `limitBytes`. Throws BAD_INPUT. */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > limitBytes) throw new DomainError('BAD_INPUT', `The body has more than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new DomainError('BAD_INPUT', 'The body is not JSON.');
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Our errors as they are; of anything else only that it happened. */
export function sendError(response: ServerResponse, error: unknown, requestId: string): void {
  if (error instanceof DomainError)
    sendJson(response, ERROR_CODES[error.code].http, { code: error.code, message: error.message, details: error.details, requestId });
  else
    sendJson(response, 500, {
      code: 'UNEXPECTED',
      message: 'Something went wrong on our side. The request id finds it in the logs.',
      details: {},
      requestId,
    });
}
