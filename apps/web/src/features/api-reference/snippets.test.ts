import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { clientOf, curlOf, requestOf } from './snippets.ts';

const read = { id: 'thing.get', method: 'GET', path: '/api/v1/thing.get', permission: 'thing.read', input: {} } as const;
const change = { ...read, id: 'thing.make', method: 'POST', path: '/api/v1/thing.make' } as const;
const nasty = { name: `it's $(touch x) "\\ \`` };

/** The arguments that a shell makes of a command. */
function argumentsOf(command: string): string[] {
  const said = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }; ${command}`], { env: { ...process.env, NEPHOS_API_KEY: 'secret' } });
  return said.toString().split('\0').slice(0, -1);
}

describe('the curl command', () => {
  it('sends a read’s input in the address and a change’s in the body, whatever is in it', () => {
    expect(argumentsOf(curlOf(read, nasty, 'https://c'))).toEqual([
      '-G',
      'https://c/api/v1/thing.get',
      '-H',
      'Authorization: Bearer secret',
      '--data-urlencode',
      `input=${JSON.stringify(nasty)}`,
    ]);
    expect(argumentsOf(curlOf(change, nasty, 'https://c'))).toEqual([
      'https://c/api/v1/thing.make',
      '-H',
      'Authorization: Bearer secret',
      '-H',
      'Content-Type: application/json',
      '-d',
      JSON.stringify(nasty),
    ]);
  });

  it('has no input where none is taken', () => {
    expect(argumentsOf(curlOf({ ...read, input: undefined }, {}, 'https://c'))).toHaveLength(4);
  });

  it('shows no key where none is needed', () => {
    expect(curlOf({ ...change, permission: 'open' }, {}, 'https://c')).not.toContain('Authorization');
  });
});

it('a request has its input where the API looks for it', () => {
  expect(requestOf({ ...read, input: undefined }, {})).toEqual({ url: read.path, body: undefined });
  expect(new URL(requestOf(read, nasty).url, 'https://c').searchParams.get('input')).toBe(JSON.stringify(nasty));
  expect(requestOf(change, nasty)).toEqual({ url: change.path, body: JSON.stringify(nasty) });
});

it('the typed client queries what is read and mutates what is changed', () => {
  expect(clientOf(read, nasty, 'https://c')).toContain('client.api.thing.get.query({');
  expect(clientOf(change, {}, 'https://c')).toContain('client.api.thing.make.mutate({})');
});
