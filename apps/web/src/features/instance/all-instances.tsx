'use client';
import { useTranslations } from 'next-intl';
import { PickFilter } from '../administration/filters.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { InstanceList } from './instance-list.tsx';

/** The same list with everybody's instances: whose they are, and where they run. */
export function AllInstances() {
  const list = useTranslations('list');
  const t = useTranslations('allInstances');
  const url = useListUrl(['name'], ['state', 'account', 'host', 'zone']);
  return (
    <InstanceList
      everybody={{
        title: t('title'),
        about: t('about'),
        empty: t('empty'),
        filters: (
          <>
            <PickFilter url={url} kind="account" label={list('account')} all={list('allAccounts')} />
            <PickFilter url={url} kind="host" label={list('host')} all={list('allHosts')} />
            <PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />
          </>
        ),
      }}
    />
  );
}
