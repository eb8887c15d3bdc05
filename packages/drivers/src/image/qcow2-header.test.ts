import { describe, expect, it } from 'vitest';
import { emptyQcow2 } from './empty-qcow2.ts';
import { checkQcow2Header } from './qcow2-header.ts';

const virtualSizeBytes = 1024 * 1024;
const declared = { templateId: 't1', virtualSizeBytes };

describe('checkQcow2Header', () => {
  it('accepts an image on its own', () => {
    expect(() => checkQcow2Header(emptyQcow2({ virtualSizeBytes }), declared)).not.toThrow();
  });

  it.each([
    ['a backing file', emptyQcow2({ virtualSizeBytes, backingFile: '/etc/passwd' }), /backing file/],
    ['an external data file', emptyQcow2({ virtualSizeBytes, hasDataFile: true }), /another file/],
    ['another size than declared', emptyQcow2({ virtualSizeBytes: 512 * 1024 }), /were declared/],
    ['another format', new TextEncoder().encode('x'.repeat(200)), /not in qcow2 format/],
    ['a stub', new Uint8Array(10), /not in qcow2 format/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => checkQcow2Header(bytes, declared)).toThrow(message);
  });
});
