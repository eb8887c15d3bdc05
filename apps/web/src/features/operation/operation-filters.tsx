'use client';
import { Button } from '@nephos/ui/button';
import { isOperationKind, OPERATION_KINDS } from '@nephos/model/operation-kind';
import { OPEN_OPERATION_STATES, OPERATION_STATES } from '@nephos/model/operation/state';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import type { Inputs } from '../../trpc/api.tsx';
import { ChoiceFilter } from '../administration/filters.tsx';
import { useIsAdministrator } from '../administration/use-is-administrator.ts';
import { useListUrl, type ListUrl } from '../administration/use-list-url.ts';
import { SearchField } from '../shell/search-field.tsx';

/** Who has everybody's operations to look through has more filters. */
const AdministratorFilters = dynamic(() => import('./administrator-filters.tsx').then((module) => module.AdministratorFilters), { ssr: false });

const AGES = { hour: 60, day: 24 * 60, week: 7 * 24 * 60, month: 30 * 24 * 60 } as const;
const AGE_NAMES = ['hour', 'day', 'week', 'month'] as const satisfies readonly (keyof typeof AGES)[];
const KINDS = Object.keys(OPERATION_KINDS).filter(isOperationKind);
const TEXTS = ['error', 'failedStep', 'account', 'host'] as const;

export type OperationListUrl = ListUrl<'createdAt'>;

/** The list as its address says, and what it is asked for. */
export function useOperationListUrl(): { url: OperationListUrl; input: Inputs['operation']['list'] } {
  const url = useListUrl(['createdAt'], [...TEXTS, 'state', 'kind', 'age'], 'desc');
  const { get } = url;
  const state = OPERATION_STATES.find((one) => one === get('state'));
  const age = AGE_NAMES.find((one) => one === get('age'));
  const kind = KINDS.find((one) => one === get('kind'));
  const input = {
    ...url.input,
    ...Object.fromEntries(TEXTS.flatMap((name) => (get(name) ? [[name, get(name)] as const] : []))),
    ...(state && { state: [state] }),
    ...(get('state') === 'open' && { state: [...OPEN_OPERATION_STATES] }),
    ...(kind && { kind }),
    ...(age && { maxAgeMinutes: AGES[age] }),
  };
  return { url, input };
}

export function OperationFilters({ url }: { url: OperationListUrl }) {
  const t = useTranslations('operation');
  const isAdministrator = useIsAdministrator();
  const failedStep = url.get('failedStep');
  return (
    <>
      <SearchField label={t('search')} size="small" />
      <ChoiceFilter
        url={url}
        name="state"
        label={t('outcome')}
        all={t('allStates')}
        choices={[['open', t('open')], ...OPERATION_STATES.map((one) => [one, t(`states.${one}`)] as const)]}
      />
      <ChoiceFilter url={url} name="kind" label={t('whatKind')} all={t('allKinds')} choices={KINDS.map((one) => [one, t(`kinds.${one}`)] as const)} />
      <ChoiceFilter url={url} name="age" label={t('age')} all={t('allAges')} choices={AGE_NAMES.map((one) => [one, t(`ages.${one}`)] as const)} />
      {isAdministrator && <AdministratorFilters url={url} />}
      {failedStep && (
        <Button onClick={() => url.filter({ failedStep: '' })} aria-label={t('clearFailedStep', { step: failedStep })}>
          {t('failedAt', { step: failedStep })}
          <X size={14} aria-hidden />
        </Button>
      )}
    </>
  );
}
