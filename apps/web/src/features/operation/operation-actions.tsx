'use client';
import { Button } from '@nephos/ui/button';
import { useSay } from '@nephos/ui/toast';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ToastLink } from '../shell/toast-link.tsx';
import type { Operation } from './operation-words.tsx';

/** Cancel and retry, while they make sense. */
export function OperationActions({ operation: { id: operationId, can, isCancelRequested, endedAt } }: { operation: Operation }) {
  const t = useTranslations('operation');
  const api = useApi();
  const say = useSay();
  const onError = (error: unknown) => say({ tone: 'bad', text: problemOf(error).message });
  const cancel = useMutation(api.operation.cancel.mutationOptions({ onError, onSuccess: () => say({ tone: 'plain', text: t('cancelAsked') }) }));
  const retry = useMutation(
    api.operation.retry.mutationOptions({
      onError,
      onSuccess: ({ id }) => say({ tone: 'plain', text: t('retried'), link: <ToastLink href={pathTo.operation(id)}>{t('watch')}</ToastLink> }),
    }),
  );
  return (
    <span className="inline-flex gap-2">
      {isCancelRequested && !endedAt && <span className="self-center text-xs text-ink-soft">{t('cancelling')}</span>}
      {can.cancel && (
        <Button isBusy={cancel.isPending} onClick={() => cancel.mutate({ operationId })}>
          {t('cancel')}
        </Button>
      )}
      {can.retry && (
        <Button isBusy={retry.isPending} onClick={() => retry.mutate({ operationId })}>
          {t('retry')}
        </Button>
      )}
    </span>
  );
}
