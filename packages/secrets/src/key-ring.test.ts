import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrMakeKeys, ringToJson } from './key-file.ts';
import { freshRing as ring, open, seal } from './key-ring.ts';

describe('a sealed value', () => {
  it('opens to what it was', () => {
    const keys = ring('a');
    expect(open(keys, seal(keys, Buffer.from('secret'), 'vm1'), 'vm1').toString()).toBe('secret');
  });

  it('does not open in another context, changed, or without its key', () => {
    const keys = ring('a');
    const sealed = seal(keys, Buffer.from('secret'), 'vm1');
    expect(() => open(keys, sealed, 'vm2')).toThrow('could not be opened');
    const changed = Buffer.from(sealed);
    changed[changed.length - 20]! ^= 1;
    expect(() => open(keys, changed, 'vm1')).toThrow('could not be opened');
    expect(() => open(ring('b'), sealed, 'vm1')).toThrow('names key a');
  });

  it('still opens after the current key was changed', () => {
    const old = ring('a');
    const sealed = seal(old, Buffer.from('secret'));
    const rotated = { current: 'b', keys: { ...old.keys, ...ring('b').keys } };
    expect(open(rotated, sealed).toString()).toBe('secret');
    expect(open(rotated, seal(rotated, Buffer.from('new'))).toString()).toBe('new');
  });
});

describe('the key file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'nephos-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made once, for its owner alone', () => {
    const file = path.join(folder, 'sub', 'keys.json');
    const first = readOrMakeKeys(file);
    const second = readOrMakeKeys(file);
    expect(ringToJson(second.secrets)).toEqual(ringToJson(first.secrets));
    expect(ringToJson(second.payloads)).toEqual(ringToJson(first.payloads));
    expect(first.secrets.current).not.toBe(first.payloads.current);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
