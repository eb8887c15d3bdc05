'use client';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useUrlState } from './use-url-state.ts';

/** The search waits for a pause in the typing. */
const TYPING_MS = 250;

/** What a list is searched for, in the address. */
export function SearchField({ label }: { label: string }) {
  const url = useUrlState();
  const inUrl = url.get('search');
  const [search, setSearch] = useState(inUrl);
  const sent = useRef(inUrl);
  useEffect(() => {
    if (inUrl === sent.current) return;
    sent.current = inUrl; // the back button, or filters that were cleared
    setSearch(inUrl);
  }, [inUrl]);
  useEffect(() => {
    if (search === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = search;
      url.set({ search, cursor: '' }, 'replace');
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [search, url]);
  return (
    <div className="relative w-64 max-w-full">
      <Search size={14} className="pointer-events-none absolute top-2 left-2.5 text-ink-soft" aria-hidden />
      <input
        type="search"
        data-shortcut="search"
        aria-label={label}
        placeholder={label}
        value={search}
        maxLength={100}
        onChange={(event) => setSearch(event.target.value)}
        className="h-8 w-full rounded-md border border-line-strong bg-panel pr-2 pl-8 placeholder:text-ink-soft"
      />
    </div>
  );
}
