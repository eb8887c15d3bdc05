'use client';
import { Skeleton } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import type { ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import type { Instance } from '../instance/instance-actions.tsx';
import { Tabs } from '../shell/tabs.tsx';
import { useUrlState } from '../shell/use-url-state.ts';

const TABS = ['overview', 'charts'] as const;
/** Not before they are looked at. */
const Charts = dynamic(() => import('./charts.tsx').then((module) => module.Charts), { ssr: false, loading: Coming });

/** What there is about an instance, side by side; which one is shown is in the address. */
export function InstanceTabs({ instance, children }: { instance: Instance; children: ReactNode }) {
  const t = useTranslations('charts');
  const { get } = useUrlState();
  const tab = TABS.find((one) => one === get('tab')) ?? 'overview';
  return (
    <>
      <Tabs
        label={t('pages')}
        tabs={TABS.map((one) => ({
          text: t(one === 'overview' ? 'overview' : 'title'),
          path: pathTo.instance(instance.id, one === 'overview' ? '' : `tab=${one}`),
          isHere: one === tab,
        }))}
      />
      {tab === 'charts' ? <Charts instance={instance} /> : children}
    </>
  );
}

function Coming() {
  const t = useTranslations('shell');
  return <Skeleton label={t('loading')} rows={10} />;
}
