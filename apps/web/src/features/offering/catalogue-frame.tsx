'use client';
import { PageHead } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Tabs } from '../shell/tabs.tsx';

/** What people choose from when they create an instance. */
export function CatalogueFrame({ children }: { children: ReactNode }) {
  const t = useTranslations('catalogue');
  return (
    <>
      <PageHead title={t('title')} about={t('about')} />
      <Tabs
        label={t('title')}
        tabs={[
          { text: t('offerings'), path: pathTo.offerings() },
          { text: t('templates'), path: pathTo.templates() },
        ]}
      />
      {children}
    </>
  );
}
