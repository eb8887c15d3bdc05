'use client';
import { Button } from '@nephos/ui/button';
import { CopyButton } from '@nephos/ui/copy-button';
import { Empty, Note, Skeleton } from '@nephos/ui/panel';
import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { problemOf } from '../../trpc/problem.ts';
import { useClock } from './use-clock.ts';

const TICK_MS = 10_000;
const SMALLEST = { unit: 'MiB', size: 1024 ** 2 };
/** From the largest on. */
const UNITS = [{ unit: 'TiB', size: 1024 ** 4 }, { unit: 'GiB', size: 1024 ** 3 }, SMALLEST];

/** How long ago, and exactly when on hover. */
export function Ago({ time }: { time: string }) {
  const format = useFormatter();
  const now = useClock(TICK_MS);
  const date = new Date(time); // a little ahead of the clock here, when that one is late: then it is now
  return (
    <time
      dateTime={time}
      title={date.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' })}
      className="whitespace-nowrap"
      suppressHydrationWarning
    >
      {format.relativeTime(date, new Date(Math.max(now.getTime(), date.getTime())))}
    </time>
  );
}

export function Copyable({ text, what }: { text: string; what: string }) {
  const t = useTranslations('shell');
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <span className="min-w-0 break-all font-mono text-[0.8125rem]">{text}</span>
      <CopyButton text={text} label={t('copy', { what })} />
    </span>
  );
}

export function useBytes(): (bytes: number) => string {
  const format = useFormatter();
  return (bytes) => {
    const { unit, size } = UNITS.find((one) => bytes >= one.size) ?? SMALLEST;
    return `${format.number(bytes / size, { maximumFractionDigits: unit === SMALLEST.unit ? 0 : 1 })} ${unit}`;
  };
}

export interface Loaded<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

const NO_PROBLEM = { code: '', message: '' };

/** What was asked for, or its shape while it comes, or why it doesn't. Data that was there stays while a new try fails. */
export function Loading<T>({
  query: { data, error, refetch },
  rows,
  children,
}: {
  query: Loaded<T>;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  const t = useTranslations('shell');
  const { code, message } = error ? problemOf(error) : NO_PROBLEM;
  if (code === 'NOT_FOUND') return <Empty title={t('notFound')} about={t('notFoundAbout')} />; // also when it was there before
  if (code === 'FORBIDDEN') return <Empty title={t('forbidden')} about={message} />;
  if (data !== undefined) return children(data);
  if (!error) return <Skeleton label={t('loading')} {...(rows && { rows })} />;
  if (code === 'BAD_INPUT') return <Empty title={t('notFound')} about={t('notFoundAbout')} />;
  return <Empty title={t('wentWrong')} about={message} action={<Button onClick={() => void refetch()}>{t('tryAgain')}</Button>} />;
}

export function ProblemNote({ error }: { error: unknown }) {
  return error ? <Note tone="bad">{problemOf(error).message}</Note> : null;
}
