import { DomainError } from '@nephos/model/errors';
import { describe, expect, it } from 'vitest';
import { checkClock, checkPool, fine, look } from './host-check.ts';

const GIB = 1024 ** 3;
const pool = { path: '/pool', capacityBytes: 100 * GIB, usedBytes: 10 * GIB, fileSystem: 'ext4' };

describe('what is looked at on a host', () => {
  it('is missing when it can’t be looked at, with what was said on one line', async () => {
    expect(await look('QEMU', 'Install it.', () => fine('7.2'))).toEqual({ name: 'QEMU', state: 'ok', what: '7.2', help: null });
    const broken = await look('QEMU', 'Install it.', () => Promise.reject(new DomainError('UNSUPPORTED', 'No QEMU\n  here')));
    expect(broken).toEqual({ name: 'QEMU', state: 'missing', what: 'No QEMU here', help: 'Install it.' });
  });

  it('of a pool is its file system and size, whatever lies in it, until it is nearly full', () => {
    const states = [pool, { ...pool, usedBytes: 50 * GIB }, { ...pool, usedBytes: 95 * GIB }, { ...pool, fileSystem: 'tmpfs' }].map(checkPool);
    expect(states.map(({ state }) => state)).toEqual(['ok', 'ok', 'warning', 'warning']);
    expect(states[0]).toEqual(states[1]); // else each report would wake everybody who watches the host
  });

  it('of the clock is how far it is off, when that matters', () => {
    expect(checkClock(undefined)).toEqual([]);
    expect([-2_900, 0, 2_900].flatMap((ahead) => checkClock(ahead)).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    expect(checkClock(-61_400)).toMatchObject([{ state: 'warning', what: '61 s behind the control plane’s' }]);
    expect(checkClock(4_000)).toMatchObject([{ state: 'warning', what: '4 s ahead of the control plane’s' }]);
  });
});
