'use client';
import { Button } from '@nephos/ui/button';
import { Td, Th } from '@nephos/ui/table';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { ListPanel } from '../shell/list-panel.tsx';
import type { Loaded } from '../shell/parts.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { SortHead } from '../shell/sort-head.tsx';
import type { ListUrl } from './use-list-url.ts';

export interface Column<T, S extends string> {
  label: string;
  cell: (item: T) => ReactNode;
  /** What the server sorts by when its head is pressed. */
  sort?: S;
  /** Where the screen is narrow it gives way to the others. */
  isWide?: boolean;
  className?: string;
}

interface ColumnListProps<T, S extends string> {
  label: string;
  query: Loaded<{ items: readonly T[]; nextCursor: string | null }>;
  url: ListUrl<S>;
  /** What the search looks in. */
  searchLabel: string;
  filters?: ReactNode;
  /** At the right end of the filters. */
  aside?: ReactNode;
  columns: readonly Column<T, S>[];
  /** When there is nothing at all; when nothing matches the filters that is said instead. */
  empty: { title: string; about?: string; action?: ReactNode };
}

/** A list whose search, filters, sort and page are in the address and done by the server. */
export function ColumnList<T extends { id: string }, S extends string>({
  label,
  query,
  url,
  searchLabel,
  filters,
  aside,
  columns,
  empty,
}: ColumnListProps<T, S>) {
  const t = useTranslations('list');
  return (
    <ListPanel
      label={label}
      query={query}
      toolbar={
        <>
          <SearchField label={searchLabel} />
          {filters}
          {aside && <span className="grow" />}
          {aside}
        </>
      }
      empty={url.isFiltered ? { title: t('noMatch'), action: <Button onClick={url.clear}>{t('clear')}</Button> } : empty}
      columns={columns.map((column) => (
        <Head key={column.label} column={column} url={url} />
      ))}
      row={(item) => (
        <tr className="hover:bg-sunken">
          {columns.map(({ label: head, cell, isWide = false, className = '' }) => (
            <Td key={head} className={`${isWide ? 'max-lg:hidden' : ''} ${className}`}>
              {cell(item)}
            </Td>
          ))}
        </tr>
      )}
    />
  );
}

function Head<T, S extends string>({
  column: { label, sort, isWide = false, className: ofCells = '' },
  url,
}: {
  column: Column<T, S>;
  url: ListUrl<S>;
}) {
  const className = `${isWide ? 'max-lg:hidden' : ''} ${ofCells.includes('text-right') ? 'text-right' : ''}`;
  if (!sort) return <Th className={className}>{label}</Th>;
  const { direction, sort: current } = url.input;
  return <SortHead label={label} direction={sort === current ? direction : undefined} onSort={() => url.sortBy(sort)} className={className} />;
}
