'use client';
import { PageHead } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { Tabs } from '../shell/tabs.tsx';

/** The pages about who has signed in, as tabs. */
export function ProfileFrame({ children }: { children: ReactNode }) {
  const t = useTranslations('profile');
  return (
    <>
      <PageHead title={t('title')} />
      <Tabs
        label={t('title')}
        tabs={[
          { text: t('me'), path: pathTo.profile() },
          { text: t('sessions'), path: pathTo.sessions() },
          { text: t('apiKeys'), path: pathTo.apiKeys() },
          { text: t('appearance'), path: pathTo.appearance() },
        ]}
      />
      {children}
    </>
  );
}
