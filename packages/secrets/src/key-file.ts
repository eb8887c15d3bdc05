import { createSecretKey } from 'node:crypto';
import { mkdirSync, openSync, closeSync, readFileSync, writeSync, fsyncSync } from 'node:fs';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { freshRing, type KeyRing } from './key-ring.ts';

/** `secrets` never leaves the control plane; `payloads` is also the agents', who read what Temporal carries to them. */
export interface Keys {
  secrets: KeyRing;
  payloads: KeyRing;
}

/** Reads the key file; makes it at the first start, readable by its owner alone. Whoever loses it loses every secret. */
export function readOrMakeKeys(file: string): Keys {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    const fresh = { secrets: freshRing(), payloads: freshRing() };
    const handle = openSync(file, 'wx', 0o600); // only one of two racing processes makes it
    writeSync(handle, JSON.stringify({ secrets: ringToJson(fresh.secrets), payloads: ringToJson(fresh.payloads) }, null, 2));
    fsyncSync(handle);
    closeSync(handle);
    return fresh;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readKeys(file);
}

export function readKeys(file: string): Keys {
  const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof text !== 'object' || text === null || !('secrets' in text) || !('payloads' in text))
    throw new DomainError('UNEXPECTED', `${file} is not a key file.`);
  return { secrets: ringFromJson(text.secrets), payloads: ringFromJson(text.payloads) };
}

export function ringToJson(ring: KeyRing) {
  return { current: ring.current, keys: Object.fromEntries(Object.entries(ring.keys).map(([id, key]) => [id, key.export().toString('base64')])) };
}

export function ringFromJson(json: unknown): KeyRing {
  if (typeof json !== 'object' || json === null || !('current' in json) || !('keys' in json))
    throw new DomainError('UNEXPECTED', 'This is not a key ring.');
  const { current, keys } = json;
  if (typeof current !== 'string' || typeof keys !== 'object' || keys === null) throw new DomainError('UNEXPECTED', 'This is not a key ring.');
  return { current, keys: Object.fromEntries(Object.entries(keys).map(([id, key]) => [id, createSecretKey(String(key), 'base64')])) };
}
