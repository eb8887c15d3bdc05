'use client';
import { Button } from '@nephos/ui/button';
import { PageHead } from '@nephos/ui/panel';
import { HOST_STATES } from '@nephos/model/host-state';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Inputs } from '../../trpc/api.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter, PickFilter } from '../administration/filters.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { Ago } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { CpuMeter, HostBadges, HYPERVISORS, hypervisorOf, MemoryMeter, type Host } from './host-parts.tsx';

const AddHost = dynamic(() => import('./add-host.tsx').then((module) => module.AddHost), { ssr: false });

const SORTS = ['name', 'state', 'createdAt'] as const;

export function HostList() {
  const t = useTranslations('host');
  const api = useApi();
  const url = useListUrl(SORTS, ['state', 'cluster', 'zone', 'hypervisor']);
  const query = useQuery({ ...api.host.list.queryOptions({ ...url.input, ...filtersOf(url.get) }), placeholderData: keepPreviousData });
  const [isAdding, setAdding] = useState(false);
  const add = (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus size={15} aria-hidden />
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHead title={t('title')} about={t('about')} actions={add} />
      <ColumnList<Host, (typeof SORTS)[number]>
        label={t('title')}
        query={query}
        url={url}
        searchLabel={t('search')}
        filters={
          <>
            <ChoiceFilter
              url={url}
              name="state"
              label={t('state')}
              all={t('allStates')}
              choices={HOST_STATES.map((state) => [state, t(`states.${state}`)] as const)}
            />
            <PickFilter url={url} kind="zone" label={t('zone')} all={t('allZones')} />
            <PickFilter url={url} kind="cluster" label={t('cluster')} all={t('allClusters')} />
            <ChoiceFilter
              url={url}
              name="hypervisor"
              label={t('hypervisor')}
              all={t('allHypervisors')}
              choices={HYPERVISORS.map((one) => [one, t(`hypervisors.${one}`)] as const)}
            />
          </>
        }
        empty={{ title: t('empty'), about: t('emptyAbout'), action: add }}
        columns={[
          {
            label: t('name'),
            sort: 'name',
            className: 'max-w-60',
            cell: ({ id, name }) => (
              <RowLink href={pathTo.host(id)} className="block truncate font-medium text-accent hover:underline" title={name}>
                {name}
              </RowLink>
            ),
          },
          { label: t('state'), sort: 'state', cell: (host) => <HostBadges host={host} /> },
          { label: t('cpu'), className: 'w-40 min-w-36', cell: (host) => <CpuMeter host={host} isBare /> },
          { label: t('memory'), className: 'w-40 min-w-36', cell: (host) => <MemoryMeter host={host} isBare /> },
          { label: t('instances'), className: 'tabular-nums', cell: ({ instanceCount }) => instanceCount },
          {
            label: t('place'),
            isWide: true,
            className: 'max-w-56 truncate',
            cell: ({ zoneName, clusterName }) => (
              <span title={`${zoneName} / ${clusterName}`}>
                {zoneName} <span className="text-ink-soft">/ {clusterName}</span>
              </span>
            ),
          },
          { label: t('hypervisor'), isWide: true, cell: ({ hypervisor }) => t(`hypervisors.${hypervisorOf(hypervisor)}`) },
          { label: t('added'), sort: 'createdAt', isWide: true, className: 'text-ink-soft', cell: ({ createdAt }) => <Ago time={createdAt} /> },
        ]}
      />
      {isAdding && <AddHost onClose={() => setAdding(false)} />}
    </>
  );
}

function filtersOf(get: (name: string) => string) {
  const state = HOST_STATES.find((one) => one === get('state'));
  const hypervisor = HYPERVISORS.find((one) => one === get('hypervisor'));
  return {
    ...(state && { state: [state] }),
    ...(hypervisor && { hypervisor }),
    ...(get('zone') && { zoneId: get('zone') }),
    ...(get('cluster') && { clusterId: get('cluster') }),
  } satisfies Inputs['host']['list'];
}
