'use client';
import { CompactSelect } from '@nephos/ui/field';
import { INSTANCE_STATES } from '@nephos/model/instance/state';
import { Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { useUrlState } from '../shell/use-url-state.ts';

/** The search waits for a pause in the typing. */
const TYPING_MS = 250;

export function InstanceFilters() {
  const t = useTranslations('instance');
  const url = useUrlState();
  const inUrl = url.get('search');
  const [search, setSearch] = useState(inUrl);
  const [known, setKnown] = useState(inUrl);
  if (inUrl !== known) {
    setKnown(inUrl); // the back button, or filters that were cleared
    setSearch(inUrl);
  }
  useEffect(() => {
    if (search === inUrl) return;
    const timer = setTimeout(() => url.set({ search, cursor: '' }, 'replace'), TYPING_MS);
    return () => clearTimeout(timer);
  }, [search, inUrl, url]);
  return (
    <>
      <div className="relative w-64 max-w-full">
        <Search size={14} className="pointer-events-none absolute top-2 left-2.5 text-ink-soft" aria-hidden />
        <input
          type="search"
          data-shortcut="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={search}
          maxLength={100}
          onChange={(event) => setSearch(event.target.value)}
          className="h-8 w-full rounded-md border border-line-strong bg-panel pr-2 pl-8 placeholder:text-ink-soft"
        />
      </div>
      <CompactSelect label={t('state')} value={url.get('state')} onChange={(event) => url.set({ state: event.target.value, cursor: '' })}>
        <option value="">{t('allStates')}</option>
        {INSTANCE_STATES.map((state) => (
          <option key={state} value={state}>
            {t(`states.${state}`)}
          </option>
        ))}
      </CompactSelect>
    </>
  );
}
