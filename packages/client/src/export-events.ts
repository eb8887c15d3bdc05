import type { Inputs } from './client.ts';
import { NephosError, readAnswer, toNephosError } from './error.ts';
import { authorization, type Server } from './links.ts';

export type EventFilters = Omit<NonNullable<Inputs['event']['list']>, 'limit' | 'cursor' | 'sort' | 'direction' | 'tag'>;

/** All events that match, as the text of a file, piece by piece. Throws BAD_INPUT when they are too many at once. */
export async function* exportEvents(server: Server, format: 'csv' | 'json', filters: EventFilters): AsyncGenerator<string> {
  const url = new URL('/api/v1/event.export', server.url);
  url.search = new URLSearchParams({ format, input: JSON.stringify(filters) }).toString();
  try {
    const response = await server.fetch(url, { headers: authorization(server) });
    if (!response.ok) {
      const refusal = readAnswer(await response.json());
      throw new NephosError(refusal?.code ?? 'UNREACHABLE', refusal?.message ?? 'The answer is not one of Nephos.', refusal);
    }
    if (response.body) yield* response.body.pipeThrough(new TextDecoderStream());
  } catch (error) {
    throw error instanceof NephosError ? error : toNephosError(error, server.url);
  }
}
