'use client';
import { Badge, type Tone } from '@nephos/ui/badge';
import { ROUTER_STATES, type RouterState } from '@nephos/model/network/router-state';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter, PickFilter } from '../administration/filters.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { RowLink } from '../shell/row-link.tsx';
import { useCreatedColumn } from '../administration/cells.tsx';

type Router = Outputs['router']['list']['items'][number];
const TONES = { allocated: 'quiet', starting: 'busy', running: 'good' } as const satisfies Record<RouterState, Tone>;

export function Routers() {
  const t = useTranslations('network');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['state', 'zone', 'account', 'host']);
  const state = ROUTER_STATES.find((one) => one === url.get('state'));
  const [zoneId, accountId, hostId] = [url.get('zone'), url.get('account'), url.get('host')];
  const input = {
    ...url.input,
    ...(state && { state: [state] }),
    ...(zoneId && { zoneId }),
    ...(accountId && { accountId }),
    ...(hostId && { hostId }),
  };
  const query = useQuery({ ...api.router.list.queryOptions(input), placeholderData: keepPreviousData });
  return (
    <ColumnList<Router, 'name' | 'createdAt'>
      label={t('routers')}
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
            choices={ROUTER_STATES.map((one) => [one, t(`routerStates.${one}`)] as const)}
          />
          <PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />
          <PickFilter url={url} kind="account" label={list('account')} all={list('allAccounts')} />
          <PickFilter url={url} kind="host" label={list('host')} all={list('allHosts')} />
        </>
      }
      empty={{ title: t('noRouters'), about: t('noRoutersAbout') }}
      columns={[
        { label: list('name'), sort: 'name', className: 'max-w-60 truncate font-medium', cell: ({ name }) => <span title={name}>{name}</span> },
        {
          label: list('state'),
          cell: (router) => (
            <>
              <Badge tone={TONES[router.state]}>{t(`routerStates.${router.state}`)}</Badge>
              {router.state === 'running' && !router.isUpToDate && <span className="block text-xs text-ink-soft">{t('behind')}</span>}
            </>
          ),
        },
        {
          label: list('account'),
          className: 'max-w-48 truncate',
          cell: ({ accountId: id, accountName }) => (
            <RowLink href={pathTo.account(id)} className="text-accent hover:underline">
              {accountName}
            </RowLink>
          ),
        },
        {
          label: list('host'),
          cell: ({ host }) =>
            host ? (
              <RowLink href={pathTo.host(host.id)} className="text-accent hover:underline">
                {host.name}
              </RowLink>
            ) : (
              '–'
            ),
        },
        { label: t('publicIp'), className: 'font-mono text-[0.8125rem]', cell: ({ publicIp }) => publicIp ?? '–' },
        { label: list('zone'), isWide: true, cell: ({ zoneName }) => zoneName },
        created,
      ]}
    />
  );
}
