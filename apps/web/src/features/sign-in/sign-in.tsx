'use client';
import { Button } from '@nephos/ui/button';
import { TextField } from '@nephos/ui/field';
import { Note } from '@nephos/ui/panel';
import { Cloud } from 'lucide-react';
import { signIn } from 'next-auth/react';
import { useTranslations } from 'next-intl';
import { useSearchParams } from 'next/navigation';
import { useState, type SubmitEvent } from 'react';
import { safeReturn } from '../../lib/path-builder.ts';

export function SignIn() {
  const t = useTranslations('signIn');
  const params = useSearchParams();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError('');
    const result = await signIn('credentials', { redirect: false, name: form.get('name'), password: form.get('password') }).catch(() => undefined);
    if (result?.ok) return location.assign(safeReturn(params.get('callbackUrl'))); // a whole new page: nothing of who was here before stays
    setBusy(false);
    setError(result?.error ?? t('failed'));
  };
  return (
    <main className="grid min-h-screen place-items-center p-4">
      <form onSubmit={(event) => void submit(event)} className="grid w-full max-w-sm gap-4 rounded-xl border border-line bg-panel p-6 shadow-sm">
        <div>
          <Cloud size={28} className="mb-3 text-accent" aria-hidden />
          <h1 className="text-xl font-semibold">{t('title')}</h1>
          <p className="text-ink-soft">{t('about')}</p>
        </div>
        {error && <Note tone="bad">{error}</Note>}
        <TextField label={t('name')} name="name" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus />
        <TextField label={t('password')} name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="primary" isBusy={isBusy} className="h-9">
          {t('submit')}
        </Button>
      </form>
    </main>
  );
}
