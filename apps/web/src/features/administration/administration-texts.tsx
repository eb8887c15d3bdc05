'use client';
import { NextIntlClientProvider, useLocale, useMessages } from 'next-intl';
import type { ReactNode } from 'react';
import texts from '../../messages/administration.en.json';

/** The texts of administrators' pages: only those who open one load them. */
export function AdministrationTexts({ children }: { children: ReactNode }) {
  const shared = useMessages();
  const locale = useLocale();
  return (
    <NextIntlClientProvider locale={locale} messages={{ ...shared, ...texts }}>
      {children}
    </NextIntlClientProvider>
  );
}
