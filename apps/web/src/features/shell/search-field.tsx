'use client';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useUrlState } from './use-url-state.ts';

/** The search waits for a pause in the typing. */
const TYPING_MS = 250;

interface SearchFieldProps {
  label: string;
  /** Its name in the address. */
  name?: string;
  /** `small` where there are several. */
  size?: 'normal' | 'small';
}

/** What a list is searched for, in the address. */
export function SearchField({ label, name = 'search', size = 'normal' }: SearchFieldProps) {
  const url = useUrlState();
  const inUrl = url.get(name);
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
      url.set({ [name]: search, cursor: '' }, 'replace');
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [search, url, name]);
  return (
    <div className={`relative max-w-full ${size === 'small' ? 'w-40 max-sm:w-[calc(50%-0.25rem)]' : 'w-64'}`}>
      <Search size={14} className="pointer-events-none absolute top-2 left-2.5 text-ink-soft" aria-hidden />
      <input
        type="search"
        {...(name === 'search' && { 'data-shortcut': 'search' })}
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
