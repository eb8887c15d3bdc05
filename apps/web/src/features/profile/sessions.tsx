'use client';
import { Badge } from '@nephos/ui/badge';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { Td, Th } from '@nephos/ui/table';
import { useSay } from '@nephos/ui/toast';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApi } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ListPanel } from '../shell/list-panel.tsx';
import { Ago, ProblemNote } from '../shell/parts.tsx';
import { leave } from '../sign-in/leave.ts';
import { deviceOf } from './device.ts';

/** Where this person is signed in. */
export function Sessions() {
  const t = useTranslations('session');
  const api = useApi();
  const say = useSay();
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const query = useQuery({ ...api.user.listSessions.queryOptions(), select: ({ items }) => ({ items, nextCursor: null }) });
  const end = useMutation(
    api.user.endSession.mutationOptions({
      onError: (error) => say({ tone: 'bad', text: problemOf(error).message }),
      onSuccess: () => say({ tone: 'plain', text: t('ended') }),
      onSettled: () => queryClient.invalidateQueries({ queryKey: api.user.listSessions.queryKey() }),
    }),
  );
  return (
    <>
      <p className="mb-4 text-ink-soft">{t('about')}</p>
      <ListPanel
        label={t('title')}
        title={t('title')}
        actions={
          <Button look="danger" onClick={() => setAsking(true)}>
            {t('endAll')}
          </Button>
        }
        query={query}
        empty={{ title: t('empty') }}
        columns={[t('device'), t('address'), t('lastUsed'), t('signedIn'), <Th key="end" aria-label={t('end')} />]}
        row={({ id, userAgent, address, lastUsedAt, createdAt, isCurrent }) => (
          <tr className="hover:bg-sunken">
            <Td className="min-w-40 font-medium" title={userAgent}>
              <span className="flex flex-wrap items-center gap-2">
                <Device userAgent={userAgent} />
                {isCurrent && <Badge tone="good">{t('current')}</Badge>}
              </span>
            </Td>
            <Td className="font-mono text-[0.8125rem]">{address || '–'}</Td>
            <Td className="text-ink-soft">
              <Ago time={lastUsedAt ?? createdAt} />
            </Td>
            <Td className="text-ink-soft">
              <Ago time={createdAt} />
            </Td>
            <Td className="text-right">
              <Button onClick={() => (isCurrent ? void leave() : end.mutate({ sessionId: id }))}>{t('end')}</Button>
            </Td>
          </tr>
        )}
      />
      {isAsking && <EndAllDialog onClose={() => setAsking(false)} />}
    </>
  );
}

function Device({ userAgent }: { userAgent: string }) {
  const t = useTranslations('session');
  const { browser, system } = deviceOf(userAgent);
  return browser && system ? t('on', { browser, system }) : (browser ?? t('unknown'));
}

function EndAllDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('session');
  const shell = useTranslations('shell');
  const api = useApi();
  const end = useMutation(api.user.endAllSessions.mutationOptions({ onSuccess: leave }));
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('endAllAsk')}
      about={t('endAllAbout')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button look="danger" isBusy={end.isPending} onClick={() => end.mutate()}>
            {t('endAll')}
          </Button>
        </>
      }
    >
      <ProblemNote error={end.error} />
    </Dialog>
  );
}
