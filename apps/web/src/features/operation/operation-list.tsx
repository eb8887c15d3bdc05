'use client';
import { CompactSelect } from '@nephos/ui/field';
import { PageHead } from '@nephos/ui/panel';
import { Td, Th } from '@nephos/ui/table';
import { OPERATION_STATES } from '@nephos/model/operation/state';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { ListPanel } from '../shell/list-panel.tsx';
import { Ago } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { OperationActions } from './operation-actions.tsx';
import { OperationStateBadge, Took, useOperationName } from './operation-words.tsx';

export function OperationList() {
  const t = useTranslations('operation');
  const api = useApi();
  const url = useUrlState();
  const nameOf = useOperationName();
  const state = OPERATION_STATES.find((one) => one === url.get('state'));
  const cursor = url.get('cursor');
  const query = useQuery({
    ...api.operation.list.queryOptions({ ...(state && { state: [state] }), ...(cursor && { cursor }) }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title={t('title')} about={t('about')} />
      <ListPanel
        label={t('title')}
        query={query}
        toolbar={
          <CompactSelect label={t('outcome')} value={state ?? ''} onChange={(event) => url.set({ state: event.target.value, cursor: '' })}>
            <option value="">{t('allStates')}</option>
            {OPERATION_STATES.map((one) => (
              <option key={one} value={one}>
                {t(`states.${one}`)}
              </option>
            ))}
          </CompactSelect>
        }
        empty={{ title: state ? t('noMatch') : t('empty') }}
        columns={[t('what'), t('outcome'), t('started'), t('took'), <Th key="retry" aria-label={t('retry')} />]}
        row={(operation) => (
          <tr className="hover:bg-sunken">
            <Td className="min-w-40 max-w-96">
              <RowLink href={pathTo.operation(operation.id)} className="block truncate font-medium text-accent hover:underline">
                {nameOf(operation)}
              </RowLink>
              {operation.error && <span className="line-clamp-2 text-xs break-words text-bad">{operation.error.message}</span>}
            </Td>
            <Td>
              <OperationStateBadge state={operation.state} />
            </Td>
            <Td className="text-ink-soft">
              <Ago time={operation.createdAt} />
            </Td>
            <Td className="whitespace-nowrap text-ink-soft">
              <Took from={operation.createdAt} to={operation.endedAt} />
            </Td>
            <Td className="text-right">
              <OperationActions operation={operation} />
            </Td>
          </tr>
        )}
      />
    </>
  );
}
