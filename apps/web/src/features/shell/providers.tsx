'use client';
import { Toaster } from '@nephos/ui/toast';
import { NextIntlClientProvider, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import messages from '../../messages/en.json';
import { ApiProvider } from '../../trpc/api.tsx';

declare module 'next-intl' {
  interface AppConfig {
    Messages: typeof messages;
  }
}

export function Providers({ now, children }: { now: number; children: ReactNode }) {
  return (
    <NextIntlClientProvider locale="en" messages={messages} now={new Date(now)} timeZone="UTC">
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
