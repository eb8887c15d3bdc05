'use client';
import { Button } from '@nephos/ui/button';
import { TextField } from '@nephos/ui/field';
import { useSay } from '@nephos/ui/toast';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRef, useState, type SubmitEvent } from 'react';
import { useApi } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { textOf } from '../shell/form.ts';
import { ProblemNote } from '../shell/parts.tsx';

export function PasswordForm({ name }: { name: string }) {
  const t = useTranslations('profile');
  const api = useApi();
  const say = useSay();
  const queryClient = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [isDifferent, setDifferent] = useState(false);
  const change = useMutation(
    api.user.changePassword.mutationOptions({
      onSuccess: ({ endedSessions }) => {
        say({ tone: 'plain', text: t('passwordChanged', { count: endedSessions }) });
        form.current?.reset();
        void queryClient.invalidateQueries({ queryKey: api.user.listSessions.queryKey() });
      },
    }),
  );
  const fields = change.error ? problemOf(change.error).fields : undefined;
  const isElsewhere = change.error && !fields?.has('currentPassword') && !fields?.has('newPassword');
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const newPassword = textOf(data, 'newPassword');
    const isRepeated = newPassword === textOf(data, 'repeated');
    setDifferent(!isRepeated);
    if (isRepeated && !change.isPending) change.mutate({ currentPassword: textOf(data, 'currentPassword'), newPassword });
  };
  return (
    <form ref={form} onSubmit={submit} className="grid max-w-sm gap-4">
      {isElsewhere && <ProblemNote error={change.error} />}
      <input type="text" name="username" value={name} autoComplete="username" readOnly hidden />
      <TextField
        label={t('currentPassword')}
        name="currentPassword"
        type="password"
        autoComplete="current-password"
        error={fields?.get('currentPassword')}
        required
      />
      <TextField
        label={t('newPassword')}
        name="newPassword"
        type="password"
        autoComplete="new-password"
        hint={t('newPasswordHint')}
        error={fields?.get('newPassword')}
        required
      />
      <TextField
        label={t('repeated')}
        name="repeated"
        type="password"
        autoComplete="new-password"
        error={isDifferent ? t('different') : undefined}
        required
      />
      <div>
        <Button type="submit" look="primary" isBusy={change.isPending}>
          {t('changePassword')}
        </Button>
      </div>
    </form>
  );
}
