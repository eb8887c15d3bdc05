'use client';
import { Empty, Panel } from '@nephos/ui/panel';
import { Table, Th } from '@nephos/ui/table';
import { Fragment, type ReactNode } from 'react';
import { Loading, type Loaded } from './parts.tsx';
import { Pager } from './pager.tsx';

interface Page<T> {
  items: readonly T[];
  nextCursor: string | null;
}

interface ListPanelProps<T> {
  /** What a reader of the screen is told that it is. */
  label: string;
  query: Loaded<Page<T>>;
  /** In the head of the frame, where the page's own head is about more than the list. */
  title?: string;
  actions?: ReactNode;
  /** Above the table: filters, or what can be done with those that are selected. */
  toolbar?: ReactNode;
  /** Heads of the columns: a text, or a whole `Th`. */
  columns: readonly ReactNode[];
  /** A row of the table. */
  row: (item: T) => ReactNode;
  /** Instead of the table when nothing is in it. */
  empty: { title: string; about?: string; action?: ReactNode };
}

/** The frame of every list: what it holds, page by page, or that there is nothing, or why it can't be shown. */
export function ListPanel<T extends { id: string }>({ label, query, title, actions, toolbar, columns, row, empty }: ListPanelProps<T>) {
  return (
    <Panel {...(title && { title })} actions={actions}>
      {toolbar && <div className="flex min-h-13 flex-wrap items-center gap-2 border-b border-line p-2.5">{toolbar}</div>}
      <Loading query={query} rows={6}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty {...empty} />
          ) : (
            <>
              <Table label={label}>
                <thead>
                  <tr>
                    {columns.map((column, index) =>
                      typeof column === 'string' ? <Th key={column}>{column}</Th> : <Fragment key={index}>{column}</Fragment>,
                    )}
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <Fragment key={item.id}>{row(item)}</Fragment>
                  ))}
                </tbody>
              </Table>
              <Pager nextCursor={nextCursor} />
            </>
          )
        }
      </Loading>
    </Panel>
  );
}
