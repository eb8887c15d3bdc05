'use client';
import { CompactSelect } from '@nephos/ui/field';
import { INSTANCE_STATES } from '@nephos/model/instance/state';
import { useTranslations } from 'next-intl';
import { SearchField } from '../shell/search-field.tsx';
import { useUrlState } from '../shell/use-url-state.ts';

export function InstanceFilters() {
  const t = useTranslations('instance');
  const url = useUrlState();
  return (
    <>
      <SearchField label={t('search')} />
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
