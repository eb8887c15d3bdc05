'use client';
import { CompactSelect } from '@nephos/ui/field';
import { Empty, PageHead, Panel } from '@nephos/ui/panel';
import { Table, Td, Th } from '@nephos/ui/table';
import { OPERATION_STATES } from '@nephos/model/operation/state';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { Ago, Loading } from '../shell/parts.tsx';
import { Pager } from '../shell/pager.tsx';
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
      <Panel>
        <div className="flex gap-2 border-b border-line p-2.5">
          <CompactSelect label={t('outcome')} value={state ?? ''} onChange={(event) => url.set({ state: event.target.value, cursor: '' })}>
            <option value="">{t('allStates')}</option>
            {OPERATION_STATES.map((one) => (
              <option key={one} value={one}>
                {t(`states.${one}`)}
              </option>
            ))}
          </CompactSelect>
        </div>
        <Loading query={query} rows={6}>
          {({ items, nextCursor }) =>
            items.length === 0 ? (
              <Empty title={t('empty')} />
            ) : (
              <>
                <Table label={t('title')}>
                  <thead>
                    <tr>
                      <Th>{t('what')}</Th>
                      <Th>{t('outcome')}</Th>
                      <Th>{t('started')}</Th>
                      <Th>{t('took')}</Th>
                      <Th aria-label={t('retry')} />
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((operation) => (
                      <tr key={operation.id} className="hover:bg-sunken">
                        <Td className="min-w-40 max-w-96">
                          <Link href={pathTo.operation(operation.id)} className="block truncate font-medium text-accent hover:underline">
                            {nameOf(operation)}
                          </Link>
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
                        <Td className="py-1 text-right">
                          <OperationActions operation={operation} />
                        </Td>
                      </tr>
                    ))}
                  </tbody>
                </Table>
                <Pager nextCursor={nextCursor} />
              </>
            )
          }
        </Loading>
      </Panel>
    </>
  );
}
