import { expect, it } from 'vitest';
import { SHORTCUTS, shortcutFor } from './shortcuts.ts';

const plain = (...keys: string[]) => keys.map((key) => ({ key, isMod: false }));

it('a shortcut is found by its keys, one after the other', () => {
  expect(shortcutFor(plain('g'))).toBe('maybe');
  expect(shortcutFor(plain('g', 'i'))).toMatchObject({ name: 'instances' });
  expect(shortcutFor(plain('c'))).toMatchObject({ name: 'newInstance' });
  expect(shortcutFor(plain('g', 'x'))).toBeUndefined();
  expect(shortcutFor(plain('i'))).toBeUndefined();
});

it('a held key counts, whether shift or caps lock is on', () => {
  expect(shortcutFor([{ key: 'K', isMod: true }])).toMatchObject({ name: 'palette' });
  expect(shortcutFor([{ key: 'c', isMod: true }])).toBeUndefined(); // copying
  expect(shortcutFor(plain('k'))).toBeUndefined();
});

it('no shortcut is the beginning of another', () => {
  for (const { keys } of SHORTCUTS) {
    const longer = SHORTCUTS.filter((other) => other.keys.length > keys.length && keys.every((key, index) => key === other.keys[index]));
    expect(longer).toEqual([]);
  }
});
