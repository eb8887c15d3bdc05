import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DomainError, ERROR_CODES } from './errors.ts';

describe('error codes', () => {
  it('are all explained in docs/error-codes.md, with their HTTP status and retry rule', () => {
    const rows = readFileSync(new URL('../../../docs/error-codes.md', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const documented = Object.fromEntries(
      rows.map((row) => {
        const [, code = '', http, retried] = row.split('|').map((cell) => cell.trim());
        return [code.replaceAll('`', ''), { http: Number(http), retry: retried === 'yes' }];
      }),
    );
    expect(documented).toEqual(ERROR_CODES);
  });

  it('say whether trying again may help', () => {
    expect(new DomainError('HOST_UNREACHABLE', 'away').isRetryable).toBe(true);
    expect(new DomainError('CAPACITY', 'full').isRetryable).toBe(false);
  });
});
