import { describe, expect, it } from 'vitest';
import { createKeyedLock } from './keyed-lock.ts';

const never = new AbortController().signal;

describe('createKeyedLock', () => {
  it('runs one at a time per key, in order, and keys side by side', async () => {
    const lock = createKeyedLock();
    const story: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = lock('a', never, async () => {
      await gate.promise;
      story.push('a1');
    });
    const second = lock('a', never, async () => void story.push('a2'));
    await lock('b', never, async () => void story.push('b'));
    gate.resolve();
    await Promise.all([first, second]);
    expect(story).toEqual(['b', 'a1', 'a2']);
  });

  it('lets a waiter go when it is cancelled, and keeps the order of the others', async () => {
    const lock = createKeyedLock();
    const gate = Promise.withResolvers<void>();
    const story: string[] = [];
    const holder = lock('a', never, () => gate.promise.then(() => void story.push('holder')));
    const canceller = new AbortController();
    const waiter = lock('a', canceller.signal, async () => void story.push('waiter'));
    const last = lock('a', never, async () => void story.push('last'));
    canceller.abort();
    await expect(waiter).rejects.toMatchObject({ code: 'CANCELLED' });
    gate.resolve();
    await Promise.all([holder, last]);
    expect(story).toEqual(['holder', 'last']);
  });

  it('goes on after a failure', async () => {
    const lock = createKeyedLock();
    await expect(lock('a', never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(lock('a', never, async () => 'fine')).resolves.toBe('fine');
  });
});
