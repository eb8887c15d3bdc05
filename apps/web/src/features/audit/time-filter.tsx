'use client';
import { useTranslations } from 'next-intl';
import type { ListUrl } from '../administration/use-list-url.ts';

/** Two times of the reader's clock; in the address they are in UTC, so that it means the same to everybody. */
export function TimeFilter<S extends string>({ url }: { url: ListUrl<S> }) {
  const t = useTranslations('audit');
  return (['from', 'to'] as const).map((name) => (
    <label key={name} className="inline-flex items-center gap-1.5 text-ink-soft">
      {t(name)}
      <input
        type="datetime-local"
        value={localOf(url.get(name))}
        onChange={({ target: { value } }) => url.filter({ [name]: value ? new Date(value).toISOString() : '' })}
        className="h-8 rounded-md border border-line-strong bg-panel px-2 text-sm text-ink"
      />
    </label>
  ));
}

/** As a field of the reader's clock wants it: `2026-01-31T09:30`. */
function localOf(time: string): string {
  const date = new Date(time);
  if (!time || Number.isNaN(date.getTime())) return '';
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
