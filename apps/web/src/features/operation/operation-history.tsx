'use client';
import { Button } from '@nephos/ui/button';
import { CompactSelect } from '@nephos/ui/field';
import { Empty, Panel } from '@nephos/ui/panel';
import { useSay } from '@nephos/ui/toast';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { ChevronRight, Download } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApiClient, type Outputs } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { AdministrationTexts } from '../administration/administration-texts.tsx';
import { Loading } from '../shell/parts.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { saveFile } from '../shell/save-file.ts';
import { subjectsOf, wordsOf, type HistoryEvent } from './history-events.ts';

type Detail = Outputs['operation']['get'];
type Page = Outputs['operation']['getHistory'];

/** What Temporal kept of the run, as it is: for who wants to know exactly. */
export function OperationHistory({ operation }: { operation: Detail }) {
  return (
    <AdministrationTexts>
      <History operation={operation} />
    </AdministrationTexts>
  );
}

function History({ operation: { id: operationId, state, createdAt } }: { operation: Detail }) {
  const t = useTranslations('history');
  const client = useApiClient();
  // Of a name of its own: what happens to other operations is no reason to read it again.
  const query = useInfiniteQuery({
    queryKey: ['operation-history', operationId, state],
    queryFn: ({ pageParam, signal }) => client.operation.getHistory.query({ operationId, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return (
    <Loading query={{ data: data?.pages, error, refetch }} rows={10}>
      {(pages) => {
        if (pages[0]?.isGone) return <Gone />;
        const events = pages.flatMap((page) => page.events);
        return events.length === 0 ? (
          <Panel>
            <Empty title={t('notYet')} about={t('notYetAbout')} />
          </Panel>
        ) : (
          <Panel title={t('title')} actions={<SaveHistory operationId={operationId} />}>
            <Events events={events} since={createdAt} hasMore={hasNextPage} />
            {hasNextPage && (
              <div className="border-t border-line p-2.5 text-center">
                <Button onClick={() => void fetchNextPage()} isBusy={isFetchingNextPage}>
                  {t('more')}
                </Button>
              </div>
            )}
          </Panel>
        );
      }}
    </Loading>
  );
}

function Gone() {
  const t = useTranslations('history');
  return (
    <Panel>
      <Empty title={t('gone')} about={t('goneAbout')} />
    </Panel>
  );
}

function Events({ events, since, hasMore }: { events: readonly HistoryEvent[]; since: string; hasMore: boolean }) {
  const t = useTranslations('history');
  const url = useUrlState();
  const subjects = subjectsOf(events);
  const types = [...new Set(events.map(({ type }) => type))].toSorted();
  const type = types.find((one) => one === url.get('type'));
  const shown = type ? events.filter((event) => event.type === type) : events;
  return (
    <>
      <div className="flex min-h-13 flex-wrap items-center gap-2 border-b border-line p-2.5">
        <CompactSelect label={t('type')} value={type ?? ''} onChange={(event) => url.set({ type: event.target.value }, 'replace')}>
          <option value="">{t('allTypes')}</option>
          {types.map((one) => (
            <option key={one} value={one}>
              {wordsOf(one)}
            </option>
          ))}
        </CompactSelect>
        <span className="text-xs text-ink-soft">{t('shown', { shown: shown.length, read: events.length, hasMore: String(hasMore) })}</span>
      </div>
      <ol aria-label={t('title')} className="divide-y divide-line">
        {shown.map((event) => (
          <li key={event.id}>
            <Event event={event} subject={subjects.get(event.id) ?? ''} since={since} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Event({ event: { id, type, time, attributes }, subject, since }: { event: HistoryEvent; subject: string; since: string }) {
  const format = useFormatter();
  const t = useTranslations('history');
  const [isOpen, setOpen] = useState(false);
  const seconds = Math.max(0, (Date.parse(time) - Date.parse(since)) / 1_000);
  const after = format.number(seconds, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return (
    <details className="group" onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
      <summary className="grid cursor-pointer list-none grid-cols-[1rem_2rem_4.5rem_1fr] items-baseline gap-x-2 px-4 py-(--row) hover:bg-sunken">
        <ChevronRight size={14} aria-hidden className="self-center text-ink-soft transition-transform group-open:rotate-90" />
        <span className="text-right text-xs text-ink-soft">{id}</span>
        <time dateTime={time} className="text-right text-xs text-ink-soft">
          {t('after', { seconds: after })}
        </time>
        <span className="min-w-0 break-words">
          {wordsOf(type)} {subject && <code className="font-mono text-xs text-ink-soft">{subject}</code>}
        </span>
      </summary>
      {isOpen && (
        <pre className="overflow-x-auto border-t border-line bg-sunken px-4 py-3 text-xs" tabIndex={0}>
          {JSON.stringify(attributes, null, 2)}
        </pre>
      )}
    </details>
  );
}

function SaveHistory({ operationId }: { operationId: string }) {
  const t = useTranslations('history');
  const client = useApiClient();
  const say = useSay();
  const save = useMutation({
    mutationFn: async () => {
      const events: HistoryEvent[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: Page = await client.operation.getHistory.query({ operationId, ...(cursor && { cursor }) });
        events.push(...page.events);
        cursor = page.nextCursor;
      }
      saveFile(`operation-${operationId}.json`, JSON.stringify({ operationId, events }, null, 2));
    },
    onError: (error) => say({ tone: 'bad', text: problemOf(error).message }),
  });
  return (
    <Button isBusy={save.isPending} onClick={() => save.mutate()}>
      <Download size={14} aria-hidden />
      {t('save')}
    </Button>
  );
}
