'use client';
import { useSyncExternalStore } from 'react';
import { usePerson } from './person.tsx';

const CHANGED = 'nephos-preference';

/** What this person has chosen in this browser, as text; empty when nothing. Other tabs follow. */
export function usePreference(name: string): [value: string, set: (value: string) => void] {
  const key = `nephos/${usePerson().id}/${name}`;
  const value = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(key) ?? '',
    () => '', // the server knows nothing of it
  );
  const set = (next: string) => {
    localStorage.setItem(key, next);
    dispatchEvent(new Event(CHANGED));
  };
  return [value, set];
}

/** `storage` is told to the other tabs only. */
function subscribe(onChange: () => void): () => void {
  addEventListener('storage', onChange);
  addEventListener(CHANGED, onChange);
  return () => {
    removeEventListener('storage', onChange);
    removeEventListener(CHANGED, onChange);
  };
}
