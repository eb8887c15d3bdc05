'use client';
import { Button, buttonClass } from '@nephos/ui/button';
import { CompactSelect } from '@nephos/ui/field';
import { Empty, PageHead, Panel } from '@nephos/ui/panel';
import { Table, Td, Th } from '@nephos/ui/table';
import { INSTANCE_STATES, type InstanceVerb } from '@nephos/model/instance/state';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Plus, Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Inputs } from '../../trpc/api.tsx';
import { Ago, Loading } from '../shell/parts.tsx';
import { Pager } from '../shell/pager.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { InstanceActions, type Instance } from './instance-actions.tsx';
import { InstanceStateBadge } from './instance-state.tsx';

const SORTS = ['name', 'state', 'createdAt'] as const;
type Sort = (typeof SORTS)[number];
const BULK = ['start', 'stop', 'destroy'] as const satisfies readonly InstanceVerb[];
/** The search waits for a pause in the typing. */
const TYPING_MS = 250;

export function InstanceList() {
  const t = useTranslations('instance');
  const api = useApi();
  const url = useUrlState();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const input = readInput(url.get);
  const query = useQuery({ ...api.instance.list.queryOptions(input), placeholderData: keepPreviousData });
  const isFiltered = Boolean(input.search || input.state);
  const items = query.data?.items ?? [];
  const chosen = items.filter(({ id }) => selected.has(id));

  return (
    <>
      <PageHead
        title={t('title')}
        actions={
          <Link href={pathTo.newInstance()} className={buttonClass('primary')}>
            <Plus size={15} aria-hidden />
            {t('new')}
          </Link>
        }
      />
      <Panel>
        <div className="flex min-h-13 flex-wrap items-center gap-2 border-b border-line p-2.5">
          {chosen.length > 0 ? (
            <>
              <span className="mr-1 font-medium">{t('selected', { count: chosen.length })}</span>
              <InstanceActions instances={chosen} verbs={BULK} onDone={() => setSelected(new Set())} />
            </>
          ) : (
            <Filters />
          )}
        </div>
        <Loading query={query} rows={6}>
          {({ nextCursor }) =>
            items.length === 0 ? (
              <NothingHere isFiltered={isFiltered} />
            ) : (
              <>
                <Rows items={items} sort={input.sort} direction={input.direction} selected={selected} onSelect={setSelected} />
                <Pager nextCursor={nextCursor} />
              </>
            )
          }
        </Loading>
      </Panel>
    </>
  );
}

function readInput(get: (name: string) => string) {
  const state = INSTANCE_STATES.find((one) => one === get('state'));
  const sort: Sort = SORTS.find((one) => one === get('sort')) ?? 'name';
  return {
    sort,
    direction: get('direction') === 'desc' ? 'desc' : 'asc',
    ...(state && { state: [state] }),
    ...(get('search') && { search: get('search') }),
    ...(get('cursor') && { cursor: get('cursor') }),
  } satisfies Inputs['instance']['list'];
}

function Filters() {
  const t = useTranslations('instance');
  const url = useUrlState();
  const inUrl = url.get('search');
  const [search, setSearch] = useState(inUrl);
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

function NothingHere({ isFiltered }: { isFiltered: boolean }) {
  const t = useTranslations('instance');
  const url = useUrlState();
  if (isFiltered)
    return (
      <Empty
        title={t('noMatch')}
        about={t('noMatchAbout')}
        action={<Button onClick={() => url.set({ search: '', state: '', cursor: '' })}>{t('clear')}</Button>}
      />
    );
  return (
    <Empty
      title={t('empty')}
      about={t('emptyAbout')}
      action={
        <Link href={pathTo.newInstance()} className={buttonClass('primary')}>
          <Plus size={15} aria-hidden />
          {t('new')}
        </Link>
      }
    />
  );
}

interface RowsProps {
  items: readonly Instance[];
  sort: Sort;
  direction: 'asc' | 'desc';
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
}

function Rows({ items, sort, direction, selected, onSelect }: RowsProps) {
  const t = useTranslations('instance');
  const isAll = items.every(({ id }) => selected.has(id));
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const header = (column: Sort, label: string) => <SortHeader column={column} label={label} isSorted={column === sort} direction={direction} />;
  return (
    <Table label={t('title')}>
      <thead>
        <tr>
          <Th className="w-8 pr-0">
            <input
              type="checkbox"
              aria-label={t('selectAll')}
              checked={isAll}
              onChange={() => onSelect(isAll ? new Set() : new Set(items.map(({ id }) => id)))}
              className="block size-4 accent-accent"
            />
          </Th>
          {header('name', t('name'))}
          {header('state', t('state'))}
          <Th>{t('address')}</Th>
          <Th className="max-lg:hidden">{t('template')}</Th>
          <Th className="max-lg:hidden">{t('offering')}</Th>
          {header('createdAt', t('created'))}
        </tr>
      </thead>
      <tbody>
        {items.map((instance) => (
          <tr key={instance.id} className={selected.has(instance.id) ? 'bg-accent-soft' : 'hover:bg-sunken'}>
            <Td className="w-8 pr-0">
              <input
                type="checkbox"
                aria-label={t('select', { name: instance.name })}
                checked={selected.has(instance.id)}
                onChange={() => toggle(instance.id)}
                className="block size-4 accent-accent"
              />
            </Td>
            <Td className="max-w-72">
              <Link href={pathTo.instance(instance.id)} className="block truncate font-medium text-accent hover:underline" title={instance.name}>
                {instance.name}
              </Link>
              {instance.displayName !== instance.name && instance.displayName && (
                <span className="block truncate text-xs text-ink-soft" dir="auto">
                  {instance.displayName}
                </span>
              )}
            </Td>
            <Td>
              <InstanceStateBadge state={instance.state} />
            </Td>
            <Td className="font-mono text-[0.8125rem]">{instance.nics.map(({ ip }) => ip).join(', ') || '–'}</Td>
            <Td className="max-w-48 truncate max-lg:hidden">{instance.template.name}</Td>
            <Td className="max-w-48 truncate max-lg:hidden">{instance.computeOffering.name}</Td>
            <Td className="text-ink-soft">
              <Ago time={instance.createdAt} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function SortHeader({ column, label, isSorted, direction }: { column: Sort; label: string; isSorted: boolean; direction: 'asc' | 'desc' }) {
  const t = useTranslations('instance');
  const url = useUrlState();
  const Arrow = direction === 'asc' ? ArrowUp : ArrowDown;
  const next = isSorted && direction === 'asc' ? 'desc' : '';
  return (
    <Th aria-sort={isSorted ? (direction === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <button
        type="button"
        aria-label={t('sortBy', { column: label })}
        onClick={() => url.set({ sort: column === 'name' ? '' : column, direction: next, cursor: '' })}
        className="inline-flex items-center gap-1 font-medium hover:text-ink"
      >
        {label}
        {isSorted && <Arrow size={12} aria-hidden />}
      </button>
    </Th>
  );
}
