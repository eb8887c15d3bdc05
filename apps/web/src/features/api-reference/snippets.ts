import type { Operation } from './document.ts';

type Called = Pick<Operation, 'id' | 'method' | 'path' | 'permission' | 'input'>;

/** A read has its input in the address, a change in its body. */
export function requestOf({ method, path, input: takes }: Called, input: unknown): { url: string; body: string | undefined } {
  if (method === 'POST') return { url: path, body: JSON.stringify(input) };
  return { url: takes ? `${path}?${new URLSearchParams({ input: JSON.stringify(input) })}` : path, body: undefined };
}

export function curlOf(operation: Called, input: unknown, origin: string): string {
  const { method, path, permission, input: takes } = operation;
  const key = permission === 'open' ? [] : [`-H "Authorization: Bearer $NEPHOS_API_KEY"`];
  const json = quoted(JSON.stringify(input));
  const lines =
    method === 'POST'
      ? [`curl ${quoted(origin + path)}`, ...key, `-H 'Content-Type: application/json'`, `-d ${json}`]
      : [`curl -G ${quoted(origin + path)}`, ...key, ...(takes ? [`--data-urlencode input=${json}`] : [])];
  return lines.join(' \\\n  ');
}

/** With the package of packages/client. */
export function clientOf({ id, method, input: takes }: Called, input: unknown, origin: string): string {
  const verb = method === 'GET' ? 'query' : 'mutate';
  const given = takes ? JSON.stringify(input, null, 2) : '';
  return `import { createNephosClient } from '@nephos/client';

const client = createNephosClient({ url: '${origin}', token: process.env.NEPHOS_API_KEY });
const answer = await client.api.${id}.${verb}(${given});`;
}

/** For a POSIX shell: nothing in it has a meaning. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
