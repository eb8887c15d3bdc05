'use client';
import { Badge } from '@nephos/ui/badge';
import { Meter } from '@nephos/ui/meter';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useFormatter, useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter } from '../administration/filters.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { useBytes } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { useCreatedColumn } from '../administration/cells.tsx';

type Account = Outputs['account']['list']['items'][number];
const MIB = 1024 ** 2;

/** What owns resources, with what each uses of its limits. */
export function Accounts() {
  const t = useTranslations('people');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const shared = useTranslations('account');
  const format = useFormatter();
  const bytes = useBytes();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['enabled']);
  const enabled = url.get('enabled');
  const input = { ...url.input, ...(enabled && { isEnabled: enabled === 'yes' }) };
  const query = useQuery({ ...api.account.list.queryOptions(input), placeholderData: keepPreviousData });
  const number = (value: number) => format.number(value);
  const meter = (name: keyof Account['limits'], { used, limits }: Account, show: (value: number) => string) => (
    <Meter
      label={shared(name)}
      value={used[name]}
      max={limits[name]}
      text={shared('of', { used: show(used[name]), limit: show(limits[name]) })}
      isBare
    />
  );
  return (
    <>
      <PeopleTabs />
      <ColumnList<Account, 'name' | 'createdAt'>
        label={t('accounts')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={
          <ChoiceFilter
            url={url}
            name="enabled"
            label={list('state')}
            all={list('allStates')}
            choices={[
              ['yes', t('enabled')],
              ['no', t('disabled')],
            ]}
          />
        }
        empty={{ title: t('noAccounts') }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-60',
            cell: ({ id, name }) => (
              <RowLink href={pathTo.account(id)} className="block truncate font-medium text-accent hover:underline" title={name}>
                {name}
              </RowLink>
            ),
          },
          { label: list('state'), cell: ({ isEnabled }) => <Badge tone={isEnabled ? 'good' : 'bad'}>{t(isEnabled ? 'enabled' : 'disabled')}</Badge> },
          { label: shared('instances'), className: 'w-36 min-w-28', cell: (account) => meter('instances', account, number) },
          { label: shared('vcpus'), className: 'w-36 min-w-28', cell: (account) => meter('vcpus', account, number) },
          { label: shared('memoryMib'), className: 'w-44 min-w-36', cell: (account) => meter('memoryMib', account, (mib) => bytes(mib * MIB)) },
          { label: t('users'), className: 'tabular-nums', cell: ({ userCount }) => userCount },
          created,
        ]}
      />
    </>
  );
}
