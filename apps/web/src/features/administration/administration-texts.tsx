'use client';
import { Empty } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { NextIntlClientProvider, useLocale, useMessages, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import texts from '../../messages/administration.en.json';
import { useApi } from '../../trpc/api.tsx';

/** The texts of administrators' pages: only those who open one load them. Who is no administrator is told so instead of shown what they can't use. */
export function AdministrationTexts({ children }: { children: ReactNode }) {
  const shared = useMessages();
  const locale = useLocale();
  const t = useTranslations('shell');
  const me = useQuery(useApi().auth.me.queryOptions()).data;
  if (me && me.role !== 'root-admin') return <Empty title={t('forbidden')} about={t('forbiddenAbout')} />;
  return (
    <NextIntlClientProvider locale={locale} messages={{ ...shared, ...texts }}>
      {children}
    </NextIntlClientProvider>
  );
}
