'use client';
import { Th } from '@nephos/ui/table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useTranslations } from 'next-intl';

interface SortHeadProps {
  label: string;
  /** Of the column that the list is sorted by. */
  direction: 'asc' | 'desc' | undefined;
  onSort: () => void;
  className?: string;
}

/** The head of a column that the server can sort by. */
export function SortHead({ label, direction, onSort, className = '' }: SortHeadProps) {
  const t = useTranslations('shell');
  const Arrow = direction === 'asc' ? ArrowUp : ArrowDown;
  return (
    <Th className={className} aria-sort={direction ? (direction === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <button
        type="button"
        aria-label={t('sortBy', { column: label })}
        onClick={onSort}
        className="inline-flex items-center gap-1 font-medium hover:text-ink"
      >
        {label}
        {direction && <Arrow size={12} aria-hidden />}
      </button>
    </Th>
  );
}
