'use client';
import { PageHead } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Tabs } from '../shell/tabs.tsx';

/** What instances are placed on, beside hosts: each kind is a page. */
export function InfrastructureFrame({ children }: { children: ReactNode }) {
  const t = useTranslations('infrastructure');
  return (
    <>
      <PageHead title={t('title')} />
      <Tabs
        label={t('title')}
        tabs={[
          { text: t('zones'), path: pathTo.zones() },
          { text: t('pods'), path: pathTo.pods() },
          { text: t('clusters'), path: pathTo.clusters() },
          { text: t('pools'), path: pathTo.pools() },
          { text: t('imageStores'), path: pathTo.imageStores() },
          { text: t('publicAddresses'), path: pathTo.publicAddresses() },
        ]}
      />
      {children}
    </>
  );
}
