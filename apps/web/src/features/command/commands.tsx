'use client';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { usePreference } from '../shell/use-preference.ts';
import { shortcutFor, type Stroke } from './shortcuts.ts';

type Shown = 'palette' | 'help' | undefined;

// Only those who use them load them.
const CommandPalette = dynamic(() => import('./command-palette.tsx').then((module) => module.CommandPalette), { ssr: false });
const ShortcutList = dynamic(() => import('./shortcut-list.tsx').then((module) => module.ShortcutList), { ssr: false });

/** The next key of a shortcut of several is waited for as long. */
const NEXT_KEY_MS = 1_000;
const FIELDS = 'input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=dialog], [role=menu]';

const ShowContext = createContext<(what: Shown) => void>(() => undefined);
/** Opens the palette, or the list of shortcuts. */
export const useShowCommands = (): ((what: Shown) => void) => use(ShowContext);

/** Keyboard shortcuts and the command palette, on every page. */
export function Commands({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown>();
  useShortcuts(setShown);
  return (
    <ShowContext value={setShown}>
      {children}
      {shown === 'palette' && <CommandPalette onClose={() => setShown(undefined)} onHelp={() => setShown('help')} />}
      {shown === 'help' && <ShortcutList onClose={() => setShown(undefined)} />}
    </ShowContext>
  );
}

function useShortcuts(show: (what: Shown) => void): void {
  const router = useRouter();
  const [preference] = usePreference('shortcuts');
  const isOn = preference !== 'off';
  useEffect(() => {
    let strokes: Stroke[] = [];
    let forget: ReturnType<typeof setTimeout> | undefined;
    const onKey = (event: KeyboardEvent) => {
      const isMod = event.metaKey || event.ctrlKey;
      if (event.defaultPrevented || event.altKey || event.isComposing || isTyping(event.target) || (!isOn && !isMod)) return;
      clearTimeout(forget);
      strokes.push({ key: event.key, isMod });
      const found = shortcutFor(strokes);
      if (found === 'maybe') {
        forget = setTimeout(() => (strokes = []), NEXT_KEY_MS);
        return;
      }
      strokes = [];
      if (!found) return;
      event.preventDefault();
      if ('path' in found) router.push(found.path);
      else if (found.command !== 'search') show(found.command);
      else if (!focusSearch()) show('palette');
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
      clearTimeout(forget);
    };
  }, [isOn, router, show]);
}

/** Keys there are for what has the focus. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

/** Whether the page has a search of its own. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>('[data-shortcut=search]');
  field?.focus();
  return field !== null;
}
