'use client';
import { Button, buttonClass } from '@nephos/ui/button';
import { PageHead } from '@nephos/ui/panel';
import { Td, Th } from '@nephos/ui/table';
import { INSTANCE_STATES, type InstanceVerb } from '@nephos/model/instance/state';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Inputs } from '../../trpc/api.tsx';
import { MyLimits } from '../account/limits.tsx';
import { ListPanel } from '../shell/list-panel.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { InstanceActions, type Instance, type OrderResult } from './instance-actions.tsx';
import { ColumnChooser, InstanceCell, InstanceHead, useColumns } from './instance-columns.tsx';
import { InstanceFilters } from './instance-filters.tsx';
import { OrderResults } from './order-results.tsx';
import { useInstanceSort, type InstanceSort } from './use-instance-sort.ts';

const BULK = ['start', 'stop', 'destroy'] as const satisfies readonly InstanceVerb[];

/** For administrators: instances of all accounts, with two columns more. */
interface Everybody {
  title: string;
  about: string;
  empty: string;
  filters: ReactNode;
}

export function InstanceList({ everybody }: { everybody?: Everybody }) {
  const t = useTranslations('instance');
  const api = useApi();
  const url = useUrlState();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [results, setResults] = useState<readonly OrderResult[]>([]);
  const { columns, choices, setColumns } = useColumns(everybody !== undefined);
  const { sort, sortBy } = useInstanceSort();
  const input = readInput(url.get, sort);
  const query = useQuery({ ...api.instance.list.queryOptions(input), placeholderData: keepPreviousData });
  const items = query.data?.items ?? [];
  const chosen = items.filter(({ id }) => selected.has(id));
  const isFiltered = Boolean(input.search || input.state || input.hostId || input.accountId || input.zoneId);
  const newInstance = (
    <Link href={pathTo.newInstance()} className={buttonClass('primary')}>
      <Plus size={15} aria-hidden />
      {t('new')}
    </Link>
  );
  const done = (told: readonly OrderResult[]) => {
    setSelected(new Set());
    setResults(told);
  };

  return (
    <>
      <PageHead title={everybody?.title ?? t('title')} about={everybody?.about} actions={everybody ? undefined : newInstance} />
      {!everybody && <MyLimits />}
      <OrderResults results={results} onClose={() => setResults([])} />
      <ListPanel
        label={t('title')}
        query={query}
        toolbar={
          chosen.length > 0 ? (
            <>
              <span className="mr-1 font-medium">{t('selected', { count: chosen.length })}</span>
              <InstanceActions instances={chosen} verbs={BULK} onDone={done} />
            </>
          ) : (
            <>
              <InstanceFilters />
              {everybody?.filters}
              <span className="grow" />
              <ColumnChooser columns={columns} choices={choices} onChange={setColumns} />
            </>
          )
        }
        empty={
          isFiltered
            ? {
                title: t('noMatch'),
                about: t('noMatchAbout'),
                action: <Button onClick={() => url.set({ search: '', state: '', host: '', account: '', zone: '', cursor: '' })}>{t('clear')}</Button>,
              }
            : everybody
              ? { title: everybody.empty }
              : { title: t('empty'), about: t('emptyAbout'), action: newInstance }
        }
        columns={[
          <SelectAll key="select" items={items} selected={selected} onSelect={setSelected} />,
          ...(['name', ...columns] as const).map((column) => <InstanceHead key={column} column={column} sort={sort} onSort={sortBy} />),
        ]}
        row={(instance) => (
          <tr className={selected.has(instance.id) ? 'bg-accent-soft' : 'hover:bg-sunken'}>
            <Td className="w-8 pr-0">
              <input
                type="checkbox"
                aria-label={t('select', { name: instance.name })}
                checked={selected.has(instance.id)}
                onChange={() => setSelected(toggled(selected, instance.id))}
                className="block size-4 accent-accent"
              />
            </Td>
            {(['name', ...columns] as const).map((column) => (
              <InstanceCell key={column} column={column} instance={instance} />
            ))}
          </tr>
        )}
      />
    </>
  );
}

function SelectAll({
  items,
  selected,
  onSelect,
}: {
  items: readonly Instance[];
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
}) {
  const t = useTranslations('instance');
  const isAll = items.every(({ id }) => selected.has(id));
  return (
    <Th className="w-8 pr-0">
      <input
        type="checkbox"
        aria-label={t('selectAll')}
        checked={isAll}
        onChange={() => onSelect(isAll ? new Set() : new Set(items.map(({ id }) => id)))}
        className="block size-4 accent-accent"
      />
    </Th>
  );
}

function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(id)) next.add(id);
  return next;
}

function readInput(get: (name: string) => string, { column, direction }: InstanceSort) {
  const state = INSTANCE_STATES.find((one) => one === get('state'));
  return {
    sort: column,
    direction,
    ...(state && { state: [state] }),
    ...(get('host') && { hostId: get('host') }),
    ...(get('account') && { accountId: get('account') }),
    ...(get('zone') && { zoneId: get('zone') }),
    ...(get('search') && { search: get('search') }),
    ...(get('cursor') && { cursor: get('cursor') }),
  } satisfies Inputs['instance']['list'];
}
