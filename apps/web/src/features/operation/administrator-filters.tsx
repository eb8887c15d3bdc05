'use client';
import { useTranslations } from 'next-intl';
import { AdministrationTexts } from '../administration/administration-texts.tsx';
import { PickFilter } from '../administration/filters.tsx';
import { SearchField } from '../shell/search-field.tsx';
import type { OperationListUrl } from './operation-filters.tsx';

/** By what went wrong, for whom and where. */
export function AdministratorFilters({ url }: { url: OperationListUrl }) {
  const t = useTranslations('operation');
  return (
    <>
      <SearchField name="error" label={t('searchError')} size="small" />
      <AdministrationTexts>
        <PickFilter url={url} kind="account" label={t('account')} all={t('allAccounts')} />
        <PickFilter url={url} kind="host" label={t('host')} all={t('allHosts')} />
      </AdministrationTexts>
    </>
  );
}
