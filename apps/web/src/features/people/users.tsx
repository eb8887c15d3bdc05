'use client';
import { Badge } from '@nephos/ui/badge';
import { Menu, MenuItem } from '@nephos/ui/menu';
import { Tag } from '@nephos/ui/tag';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { MoreHorizontal } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { AddButton } from '../administration/add-button.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter, PickFilter } from '../administration/filters.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { usePerson } from '../shell/person.tsx';
import { RowLink } from '../shell/row-link.tsx';
import type { UserChange } from './change-user.tsx';
import { PeopleTabs } from './people-tabs.tsx';
import { useCreatedColumn } from '../administration/cells.tsx';

const AddUser = dynamic(() => import('./add-user.tsx').then((module) => module.AddUser), { ssr: false });
const ChangeUser = dynamic(() => import('./change-user.tsx').then((module) => module.ChangeUser), { ssr: false });

type User = Outputs['user']['list']['items'][number];
const CHANGES = ['switch', 'role', 'password'] as const satisfies readonly UserChange[];
const ROLES = ['root-admin', 'user'] as const;
const ORIGINS = ['local', 'directory'] as const;

/** Who there is, what they may, and whether they are let in. */
export function Users() {
  const t = useTranslations('people');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const profile = useTranslations('profile');
  const api = useApi();
  const me = usePerson();
  const url = useListUrl(['name', 'createdAt'], ['account', 'role', 'origin', 'enabled']);
  const query = useQuery({ ...api.user.list.queryOptions({ ...url.input, ...filtersOf(url.get) }), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'add' | { user: User; change: UserChange }>();
  const close = () => setAsked(undefined);
  const add = <AddButton text={t('addUser')} onClick={() => setAsked('add')} />;
  return (
    <>
      <PeopleTabs />
      <ColumnList<User, 'name' | 'createdAt'>
        label={t('users')}
        query={query}
        url={url}
        searchLabel={t('searchUser')}
        filters={
          <>
            <PickFilter url={url} kind="account" label={list('account')} all={list('allAccounts')} />
            <ChoiceFilter
              url={url}
              name="role"
              label={profile('role')}
              all={t('allRoles')}
              choices={ROLES.map((role) => [role, profile(`roles.${role}`)] as const)}
            />
            <ChoiceFilter
              url={url}
              name="origin"
              label={profile('origin')}
              all={t('allOrigins')}
              choices={ORIGINS.map((origin) => [origin, t(`origins.${origin}`)] as const)}
            />
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
          </>
        }
        aside={add}
        empty={{ title: t('noUsers'), action: add }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-60',
            cell: ({ id, name, displayName, email }) => (
              <>
                <span className="flex items-center gap-2">
                  <span className="truncate font-medium" title={name}>
                    {name}
                  </span>
                  {id === me.id && <Tag tone="accent">{t('you')}</Tag>}
                </span>
                <span className="block truncate text-xs text-ink-soft" dir="auto">
                  {[displayName, email].filter(Boolean).join(' · ')}
                </span>
              </>
            ),
          },
          { label: list('state'), cell: ({ isEnabled }) => <Badge tone={isEnabled ? 'good' : 'bad'}>{t(isEnabled ? 'enabled' : 'disabled')}</Badge> },
          { label: profile('role'), cell: ({ role }) => profile(`roles.${role}`) },
          {
            label: list('account'),
            className: 'max-w-48 truncate',
            cell: ({ accountId, accountName }) => (
              <RowLink href={pathTo.account(accountId)} className="text-accent hover:underline">
                {accountName}
              </RowLink>
            ),
          },
          { label: profile('origin'), isWide: true, cell: ({ origin }) => t(`origins.${origin}`) },
          created,
          {
            label: list('actions'),
            className: 'text-right',
            cell: (user) => (
              <Menu label={t('actionsOf', { name: user.name })} trigger={<MoreHorizontal size={16} aria-hidden />}>
                {CHANGES.map((change) => (
                  <MenuItem key={change} onSelect={() => setAsked({ user, change })}>
                    {change === 'switch' ? t(user.isEnabled ? 'disable' : 'enable') : t(`changes.${change}`)}
                  </MenuItem>
                ))}
              </Menu>
            ),
          },
        ]}
      />
      {asked === 'add' && <AddUser onClose={close} />}
      {typeof asked === 'object' && <ChangeUser {...asked} onClose={close} />}
    </>
  );
}

function filtersOf(get: (name: string) => string) {
  const role = ROLES.find((one) => one === get('role'));
  const origin = ORIGINS.find((one) => one === get('origin'));
  return {
    ...(get('account') && { accountId: get('account') }),
    ...(role && { role }),
    ...(origin && { origin }),
    ...(get('enabled') && { isEnabled: get('enabled') === 'yes' }),
  };
}
