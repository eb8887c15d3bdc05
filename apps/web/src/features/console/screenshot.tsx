'use client';
import { Button } from '@nephos/ui/button';
import { Panel } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useSyncExternalStore } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApiClient } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import type { Instance } from '../instance/instance-actions.tsx';
import { Ago } from '../shell/parts.tsx';

/** What is on its screen. Taken when the page is looked at and its state changes, and when somebody asks; never by itself. */
export function Screenshot({ instance }: { instance: Instance }) {
  const t = useTranslations('console');
  const client = useApiClient();
  const isVisible = useIsVisible();
  const { id: instanceId, name, state, operationId } = instance;
  const isRunning = state === 'running';
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['screenshot', instanceId, state, operationId],
    queryFn: () => client.instance.screenshot.query({ instanceId }),
    enabled: isRunning && isVisible,
    staleTime: Infinity,
    retry: false,
  });
  if (!isRunning) return null;
  return (
    <Panel
      title={t('kinds.screen')}
      actions={
        <span className="flex items-center gap-2 text-xs text-ink-soft">
          {data && <Ago time={data.takenAt} />}
          <Button look="quiet" aria-label={t('refresh')} isBusy={isFetching} onClick={() => void refetch()}>
            {!isFetching && <RefreshCw size={14} aria-hidden />}
          </Button>
        </span>
      }
    >
      <div className="p-3">
        {data ? (
          <Link href={pathTo.console(instanceId)} className="block overflow-hidden rounded bg-[#0b0f14]">
            <img src={`data:image/png;base64,${data.png}`} alt={t('screenshotOf', { name })} className="mx-auto max-h-56 max-w-full" />
          </Link>
        ) : (
          <p className="text-ink-soft">{error ? problemOf(error).message : t('takingScreenshot')}</p>
        )}
      </div>
    </Panel>
  );
}

function useIsVisible(): boolean {
  return useSyncExternalStore(
    (changed) => {
      document.addEventListener('visibilitychange', changed);
      return () => document.removeEventListener('visibilitychange', changed);
    },
    () => document.visibilityState === 'visible',
    () => false,
  );
}
