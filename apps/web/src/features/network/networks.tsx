'use client';
import { Badge, type Tone } from '@nephos/ui/badge';
import { NETWORK_STATES, type NetworkState } from '@nephos/model/network/state';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter, PickFilter } from '../administration/filters.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { RowLink } from '../shell/row-link.tsx';
import { useCreatedColumn } from '../administration/cells.tsx';

type Network = Outputs['network']['list']['items'][number];
const TONES = { allocated: 'quiet', implementing: 'busy', implemented: 'good', 'shutting-down': 'busy' } as const satisfies Record<
  NetworkState,
  Tone
>;

export function Networks() {
  const t = useTranslations('network');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['state', 'zone', 'account']);
  const state = NETWORK_STATES.find((one) => one === url.get('state'));
  const [zoneId, accountId] = [url.get('zone'), url.get('account')];
  const input = { ...url.input, ...(state && { state: [state] }), ...(zoneId && { zoneId }), ...(accountId && { accountId }) };
  const query = useQuery({ ...api.network.list.queryOptions(input), placeholderData: keepPreviousData });
  return (
    <ColumnList<Network, 'name' | 'createdAt'>
      label={t('networks')}
      query={query}
      url={url}
      searchLabel={list('search')}
      filters={
        <>
          <ChoiceFilter
            url={url}
            name="state"
            label={list('state')}
            all={list('allStates')}
            choices={NETWORK_STATES.map((one) => [one, t(`states.${one}`)] as const)}
          />
          <PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />
          <PickFilter url={url} kind="account" label={list('account')} all={list('allAccounts')} />
        </>
      }
      empty={{ title: t('noNetworks'), about: t('noNetworksAbout') }}
      columns={[
        {
          label: list('name'),
          sort: 'name',
          className: 'max-w-60 truncate font-medium',
          cell: ({ name }) => <span title={name}>{name}</span>,
        },
        { label: list('state'), cell: (network) => <Badge tone={TONES[network.state]}>{t(`states.${network.state}`)}</Badge> },
        {
          label: list('account'),
          className: 'max-w-48 truncate',
          cell: ({ accountId: id, accountName }) => (
            <RowLink href={pathTo.account(id)} className="text-accent hover:underline">
              {accountName}
            </RowLink>
          ),
        },
        { label: t('cidr'), className: 'font-mono text-[0.8125rem]', cell: ({ cidr }) => cidr },
        {
          label: t('publicIp'),
          isWide: true,
          className: 'font-mono text-[0.8125rem]',
          cell: ({ routers }) => routers.map(({ publicIp }) => publicIp).join(', ') || '–',
        },
        { label: t('vni'), isWide: true, className: 'tabular-nums', cell: ({ vni }) => vni ?? '–' },
        { label: list('zone'), isWide: true, cell: ({ zoneName }) => zoneName },
        created,
      ]}
    />
  );
}
