'use client';
import { PageHead } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Tabs } from '../shell/tabs.tsx';

/** Networks of all accounts, and the routers by which they are outside. */
export function NetworkFrame({ children }: { children: ReactNode }) {
  const t = useTranslations('network');
  return (
    <>
      <PageHead title={t('title')} about={t('about')} />
      <Tabs
        label={t('title')}
        tabs={[
          { text: t('networks'), path: pathTo.networks() },
          { text: t('routers'), path: pathTo.routers() },
        ]}
      />
      {children}
    </>
  );
}
