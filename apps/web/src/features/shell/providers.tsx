'use client';
import { Toaster } from '@nephos/ui/toast';
import { NextIntlClientProvider, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type administration from '../../messages/administration.en.json';
import messages from '../../messages/en.json';
import { ApiProvider } from '../../trpc/api.tsx';

declare module 'next-intl' {
  interface AppConfig {
    /** Those of administration are only there on its pages. */
    Messages: typeof messages & typeof administration;
  }
}

export function Providers({ children }: { children: ReactNode }) {
  return (
    <NextIntlClientProvider locale="en" messages={messages} timeZone={timeZone()}>
      <ApiProvider>
        <Toasts>{children}</Toasts>
      </ApiProvider>
    </NextIntlClientProvider>
  );
}

function Toasts({ children }: { children: ReactNode }) {
  const t = useTranslations('shell');
  return (
    <Toaster closeLabel={t('close')} listLabel={t('news')}>
      {children}
    </Toaster>
  );
}

/** The reader's. The server does not know it, and shows no times. */
function timeZone(): string {
  return typeof window === 'undefined' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
