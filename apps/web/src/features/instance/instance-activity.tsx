'use client';
import { Button } from '@nephos/ui/button';
import { Empty, Panel } from '@nephos/ui/panel';
import { useInfiniteQuery } from '@tanstack/react-query';
import { CircleDot } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useApi, useApiClient, type Outputs } from '../../trpc/api.tsx';
import { OperationCard } from '../operation/operation-card.tsx';
import { Ago, Loading } from '../shell/parts.tsx';
import type { Instance } from './instance-actions.tsx';
import { mergeTimelines } from './timeline.ts';

type Event = Outputs['event']['list']['items'][number];
const PAGE = 20;
const FORWARD = { initialPageParam: '', getNextPageParam: ({ nextCursor }: { nextCursor: string | null }) => nextCursor };

/** What happened to an instance, the newest first: operations with the steps of what happens now, and what happened without one. */
export function InstanceActivity({ instance: { id: resourceId } }: { instance: Instance }) {
  const t = useTranslations('instance');
  const api = useApi();
  const client = useApiClient();
  const input = { resourceId, limit: PAGE };
  const from = (cursor: string) => ({ ...input, ...(cursor && { cursor }) });
  // By hand: tRPC's own would send a `direction` of its own, which here is the sort's.
  const operations = useInfiniteQuery({
    queryKey: api.operation.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }) => client.operation.list.query(from(pageParam), { signal }),
    ...FORWARD,
  });
  const events = useInfiniteQuery({
    queryKey: api.event.list.infiniteQueryKey(input),
    queryFn: ({ pageParam, signal }) => client.event.list.query(from(pageParam), { signal }),
    ...FORWARD,
  });
  const hasMore = operations.hasNextPage || events.hasNextPage;
  const readOn = () => {
    if (operations.hasNextPage) void operations.fetchNextPage();
    if (events.hasNextPage) void events.fetchNextPage();
  };
  const known = operations.data && events.data && { operations: operations.data.pages, events: events.data.pages };
  return (
    <Panel title={t('activity')}>
      <Loading query={{ data: known, error: operations.error ?? events.error, refetch: () => [operations.refetch(), events.refetch()] }}>
        {(pages) => {
          const told = mergeTimelines(
            { items: pages.operations.flatMap(({ items }) => items), hasMore: operations.hasNextPage },
            { items: pages.events.flatMap(({ items }) => items), hasMore: events.hasNextPage },
          ).filter((one) => !('message' in one) || one.operationId === null); // an operation tells its own end
          if (told.length === 0) return <Empty title={t('noActivity')} />;
          return (
            <>
              <ol className="divide-y divide-line">
                {told.map((one, index) => (
                  <li key={one.id}>{'message' in one ? <EventLine event={one} /> : <OperationCard operation={one} isOpen={index === 0} />}</li>
                ))}
              </ol>
              {hasMore && (
                <div className="border-t border-line p-2.5 text-center">
                  <Button onClick={readOn} isBusy={operations.isFetchingNextPage || events.isFetchingNextPage}>
                    {t('earlier')}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loading>
    </Panel>
  );
}

function EventLine({ event: { message, createdAt } }: { event: Event }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <span className="flex min-w-0 grow items-start gap-1.5">
        <CircleDot size={14} className="mt-1 shrink-0 text-ink-soft" aria-hidden />
        <span className="min-w-0 break-words" dir="auto">
          {message}
        </span>
      </span>
      <span className="text-xs text-ink-soft">
        <Ago time={createdAt} />
      </span>
    </div>
  );
}
