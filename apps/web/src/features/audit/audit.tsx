'use client';
import { buttonClass } from '@nephos/ui/button';
import { PageHead } from '@nephos/ui/panel';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter, PickFilter } from '../administration/filters.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { RowLink } from '../shell/row-link.tsx';
import { TimeFilter } from './time-filter.tsx';

type Event = Outputs['event']['list']['items'][number];
/** What an event's kind begins with. */
const SUBJECTS = [
  'account',
  'api-key',
  'cluster',
  'compute-offering',
  'host',
  'image-store',
  'instance',
  'network',
  'operation',
  'pod',
  'pool',
  'public-address',
  'session',
  'ssh-key-pair',
  'template',
  'user',
  'zone',
] as const;

/** The audit trail of the whole cloud: who did what to which thing, and when. */
export function Audit() {
  const t = useTranslations('audit');
  const list = useTranslations('list');
  const format = useFormatter();
  const api = useApi();
  const url = useListUrl(['createdAt'], ['subject', 'user', 'account', 'resource', 'from', 'to'], 'desc');
  const filters = filtersOf(url.get);
  const query = useQuery({ ...api.event.list.queryOptions({ ...url.input, ...filters }), placeholderData: keepPreviousData });
  const { search } = url.input;
  const exported = JSON.stringify({ ...filters, ...(search && { search }) });
  return (
    <>
      <PageHead
        title={t('title')}
        about={t('about')}
        actions={(['csv', 'json'] as const).map((one) => (
          <a key={one} href={`/api/v1/event.export?${new URLSearchParams({ format: one, input: exported })}`} download className={buttonClass()}>
            <Download size={14} aria-hidden />
            {t(`export.${one}`)}
          </a>
        ))}
      />
      <ColumnList<Event, 'createdAt'>
        label={t('title')}
        query={query}
        url={url}
        searchLabel={t('search')}
        filters={
          <>
            <ChoiceFilter
              url={url}
              name="subject"
              label={t('kind')}
              all={t('allKinds')}
              choices={SUBJECTS.map((one) => [one, t(`subjects.${one}`)] as const)}
            />
            <PickFilter url={url} kind="user" label={t('actor')} all={t('allActors')} />
            <PickFilter url={url} kind="account" label={list('account')} all={list('allAccounts')} />
            <TimeFilter url={url} />
          </>
        }
        empty={{ title: t('empty') }}
        columns={[
          {
            label: t('time'),
            sort: 'createdAt',
            className: 'whitespace-nowrap text-ink-soft tabular-nums',
            cell: ({ createdAt }) => (
              <time dateTime={createdAt}>{format.dateTime(new Date(createdAt), { dateStyle: 'medium', timeStyle: 'medium' })}</time>
            ),
          },
          {
            label: t('what'),
            className: 'min-w-64 max-w-xl break-words',
            cell: (event) => {
              const path = pathOf(event);
              return path ? (
                <RowLink href={path} className="hover:underline">
                  {event.message}
                </RowLink>
              ) : (
                <span dir="auto">{event.message}</span>
              );
            },
          },
          { label: t('kind'), isWide: true, className: 'font-mono text-xs text-ink-soft', cell: ({ kind }) => kind },
          { label: t('actor'), className: 'max-w-48 truncate', cell: ({ actorName, actorUserId }) => actorName ?? (actorUserId ? '…' : t('itself')) },
          { label: list('account'), isWide: true, className: 'max-w-48 truncate', cell: ({ accountName }) => accountName ?? '–' },
        ]}
      />
    </>
  );
}

/** The page of what an event is about, where there is one. */
function pathOf({ operationId, resourceType, resourceId }: Event): string | undefined {
  if (operationId) return pathTo.operation(operationId);
  if (!resourceId) return undefined;
  if (resourceType === 'instance') return pathTo.instance(resourceId);
  if (resourceType === 'host') return pathTo.host(resourceId);
  if (resourceType === 'account') return pathTo.account(resourceId);
  return undefined;
}

function filtersOf(get: (name: string) => string) {
  const subject = SUBJECTS.find((one) => one === get('subject'));
  return {
    ...(subject && { kind: `${subject}.` }),
    ...(get('user') && { actorUserId: get('user') }),
    ...(get('account') && { accountId: get('account') }),
    ...(get('resource') && { resourceId: get('resource') }),
    ...(get('from') && { from: get('from') }),
    ...(get('to') && { to: get('to') }),
  };
}
