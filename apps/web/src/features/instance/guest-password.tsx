'use client';
import { Button } from '@nephos/ui/button';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useApiClient } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { Copyable } from '../shell/parts.tsx';

/** Asked for when somebody wants to see it, which is an event, and kept nowhere: it is gone with the page. */
export function GuestPassword({ instanceId }: { instanceId: string }) {
  const t = useTranslations('instance');
  const client = useApiClient();
  const { data, error, isPending, mutate, reset } = useMutation({ mutationFn: () => client.instance.password.query({ instanceId }), gcTime: 0 });
  return (
    <span className="flex flex-wrap items-center gap-2">
      {data && <Copyable text={data.password} what={t('password')} />}
      {error && <span role="alert">{problemOf(error).message}</span>}
      <Button look="quiet" isBusy={isPending} onClick={() => (data ? reset() : mutate())}>
        {data ? t('hidePassword') : t('showPassword')}
      </Button>
    </span>
  );
}
