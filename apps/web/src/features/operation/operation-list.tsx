'use client';
import { Button } from '@nephos/ui/button';
import { PageHead } from '@nephos/ui/panel';
import { Td, Th } from '@nephos/ui/table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { useIsAdministrator } from '../administration/use-is-administrator.ts';
import { ListPanel } from '../shell/list-panel.tsx';
import { Ago } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { SortHead } from '../shell/sort-head.tsx';
import { OperationActions } from './operation-actions.tsx';
import { OperationFilters, useOperationListUrl } from './operation-filters.tsx';
import { OperationStateBadge, Took, useOperationName } from './operation-words.tsx';

/** What was started in the account; for administrators in the whole cloud. */
export function OperationList() {
  const t = useTranslations('operation');
  const api = useApi();
  const isAdministrator = useIsAdministrator();
  const nameOf = useOperationName();
  const { url, input } = useOperationListUrl();
  const query = useQuery({ ...api.operation.list.queryOptions(input), placeholderData: keepPreviousData });
  const clear = <Button onClick={url.clear}>{t('clear')}</Button>;
  return (
    <>
      <PageHead title={t('title')} about={isAdministrator ? t('aboutAll') : t('about')} />
      <ListPanel
        label={t('title')}
        query={query}
        toolbar={<OperationFilters url={url} />}
        empty={url.isFiltered ? { title: t('noMatch'), action: clear } : { title: t('empty') }}
        columns={[
          t('what'),
          ...(isAdministrator ? [t('account')] : []),
          t('outcome'),
          <SortHead key="started" label={t('started')} direction={url.input.direction} onSort={() => url.sortBy('createdAt')} />,
          t('took'),
          <Th key="retry" aria-label={t('retry')} />,
        ]}
        row={(operation) => (
          <tr className="hover:bg-sunken">
            <Td className="min-w-40 max-w-96">
              <RowLink href={pathTo.operation(operation.id)} className="block truncate font-medium text-accent hover:underline">
                {nameOf(operation)}
              </RowLink>
              {operation.error && (
                <span className="line-clamp-2 text-xs break-words text-bad">
                  {isAdministrator && <code className="font-mono">{operation.error.code} </code>}
                  {operation.error.message}
                </span>
              )}
            </Td>
            {isAdministrator && (
              <Td className="max-w-48 truncate" title={operation.accountName}>
                {operation.accountName}
              </Td>
            )}
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
