'use client';
import { PageHead } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import { pathTo } from '../../lib/path-builder.ts';
import { Tabs } from '../shell/tabs.tsx';

export function PeopleTabs() {
  const t = useTranslations('people');
  return (
    <>
      <PageHead title={t('title')} about={t('about')} />
      <Tabs
        label={t('title')}
        tabs={[
          { text: t('accounts'), path: pathTo.accounts() },
          { text: t('users'), path: pathTo.users() },
        ]}
      />
    </>
  );
}
