'use client';
import { PageHead } from '@nephos/ui/panel';
import { Td } from '@nephos/ui/table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { ListPanel } from '../shell/list-panel.tsx';
import { Ago } from '../shell/parts.tsx';
import { SearchField } from '../shell/search-field.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { useUrlState } from '../shell/use-url-state.ts';

/** What happened in the account, the newest first. */
export function EventList() {
  const t = useTranslations('event');
  const api = useApi();
  const url = useUrlState();
  const [search, cursor] = [url.get('search'), url.get('cursor')];
  const query = useQuery({
    ...api.event.list.queryOptions({ ...(search && { search }), ...(cursor && { cursor }) }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHead title={t('title')} about={t('about')} />
      <ListPanel
        label={t('title')}
        query={query}
        toolbar={<SearchField label={t('search')} />}
        empty={{ title: search ? t('noMatch') : t('empty') }}
        columns={[t('what'), t('when')]}
        row={({ message, createdAt, operationId, resourceType, resourceId }) => (
          <tr className="hover:bg-sunken">
            <Td className="min-w-56 break-words" dir="auto">
              {operationId ? (
                <RowLink href={pathTo.operation(operationId)} className="hover:underline">
                  {message}
                </RowLink>
              ) : resourceType === 'instance' && resourceId ? (
                <RowLink href={pathTo.instance(resourceId)} className="hover:underline">
                  {message}
                </RowLink>
              ) : (
                message
              )}
            </Td>
            <Td className="w-40 text-ink-soft">
              <Ago time={createdAt} />
            </Td>
          </tr>
        )}
      />
    </>
  );
}
