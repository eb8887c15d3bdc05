'use client';
import { Panel } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { Ago } from '../shell/parts.tsx';
import { OperationStateBadge, useOperationName } from './operation-words.tsx';

const RELATIONS = ['waitsFor', 'awaitedBy', 'startedBy', 'started', 'retryOf', 'retriedBy'] as const;

/** Other operations that have to do with it. */
export function OperationRelations({ related }: { related: Outputs['operation']['get']['related'] }) {
  const t = useTranslations('operation');
  const nameOf = useOperationName();
  const every = RELATIONS.flatMap((relation) => related[relation].map((other) => ({ relation, other })));
  const told = every.filter(({ other }, index) => every.findIndex((one) => one.other.id === other.id) === index); // one that it started and waits for
  if (told.length === 0) return null;
  return (
    <Panel title={t('related')}>
      <ul className="divide-y divide-line">
        {told.map(({ relation, other }) => (
          <li key={`${relation}/${other.id}`} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
            <span className="w-28 text-ink-soft">{t(`relation.${relation}`)}</span>
            <Link href={pathTo.operation(other.id)} className="min-w-0 grow truncate text-accent hover:underline">
              {nameOf(other)}
            </Link>
            <OperationStateBadge state={other.state} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** What administrators decided when it was stuck. */
export function OperationAnswers({ operationId }: { operationId: string }) {
  const t = useTranslations('operation');
  const api = useApi();
  const { data } = useQuery(api.event.list.queryOptions({ resourceId: operationId }));
  if (!data || data.items.length === 0) return null;
  return (
    <div className="mb-4">
      <Panel title={t('answers')}>
        <ul className="divide-y divide-line">
          {data.items.map(({ id, message, actorName, createdAt }) => (
            <li key={id} className="flex flex-wrap gap-x-3 gap-y-1 px-4 py-2">
              <span className="min-w-0 grow break-words" dir="auto">
                {message}
              </span>
              <span className="text-xs text-ink-soft">
                {actorName && <>{actorName} · </>}
                <Ago time={createdAt} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  );
}
