'use client';
import { useSyncExternalStore } from 'react';
import { APPEARANCE_COOKIE, readAppearance, type Appearance } from './appearance.ts';

const CHANGED = 'nephos-appearance';
const KEPT_SECONDS = 365 * 24 * 60 * 60;

/** How the portal looks, which the root of the page knows. A change shows at once, and is kept for a year. */
export function useAppearance(): [Appearance, (change: Partial<Appearance>) => void] {
  const theme = useSyncExternalStore(
    subscribe,
    () => document.documentElement.dataset['theme'],
    () => undefined,
  );
  const density = useSyncExternalStore(
    subscribe,
    () => document.documentElement.dataset['density'],
    () => undefined,
  );
  return [readAppearance((name) => ({ theme, density })[name]), apply];
}

function apply(change: Partial<Appearance>): void {
  for (const name of ['theme', 'density'] as const) {
    const value = change[name];
    if (!value) continue;
    document.documentElement.dataset[name] = value;
    // oxlint-disable-next-line unicorn/no-document-cookie
    document.cookie = `${APPEARANCE_COOKIE[name]}=${value}; path=/; max-age=${KEPT_SECONDS}; samesite=lax`;
  }
  dispatchEvent(new Event(CHANGED));
}

function subscribe(onChange: () => void): () => void {
  addEventListener(CHANGED, onChange);
  return () => removeEventListener(CHANGED, onChange);
}
