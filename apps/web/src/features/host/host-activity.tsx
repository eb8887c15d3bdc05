'use client';
import { Empty, Panel } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useApi } from '../../trpc/api.tsx';
import { Ago, Loading } from '../shell/parts.tsx';
import type { Host } from './host-parts.tsx';

const SHOWN = 15;

/** What happened to a host, the newest first: it joined, it was silent, somebody changed it. */
export function HostActivity({ host }: { host: Host }) {
  const t = useTranslations('host');
  const query = useQuery(useApi().event.list.queryOptions({ resourceId: host.id, limit: SHOWN }));
  return (
    <Panel title={t('activity')}>
      <Loading query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('noActivity')} />
          ) : (
            <ol className="divide-y divide-line">
              {items.map(({ id, message, createdAt }) => (
                <li key={id} className="flex flex-wrap items-baseline justify-between gap-x-3 px-4 py-2">
                  <span className="min-w-0 break-words">{message}</span>
                  <span className="text-xs text-ink-soft">
                    <Ago time={createdAt} />
                  </span>
                </li>
              ))}
            </ol>
          )
        }
      </Loading>
    </Panel>
  );
}
