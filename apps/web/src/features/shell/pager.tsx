'use client';
import { Button } from '@nephos/ui/button';
import { useTranslations } from 'next-intl';
import { useUrlState } from './use-url-state.ts';

/** Pages go forward by key; the browser's back button goes back. */
export function Pager({ nextCursor }: { nextCursor: string | null }) {
  const t = useTranslations('shell');
  const url = useUrlState();
  if (!nextCursor && !url.get('cursor')) return null;
  return (
    <div className="flex justify-end gap-2 p-2.5">
      {url.get('cursor') && <Button onClick={() => url.set({ cursor: '' })}>{t('first')}</Button>}
      {nextCursor && <Button onClick={() => url.set({ cursor: nextCursor })}>{t('next')}</Button>}
    </div>
  );
}
