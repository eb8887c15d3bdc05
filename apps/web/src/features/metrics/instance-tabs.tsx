'use client';
import { Skeleton } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import type { Instance } from '../instance/instance-actions.tsx';
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
      <nav aria-label={t('pages')} className="mb-4 flex gap-4 border-b border-line">
        {TABS.map((one) => (
          <Link
            key={one}
            href={pathTo.instance(instance.id, one === 'overview' ? '' : `tab=${one}`)}
            scroll={false}
            aria-current={one === tab ? 'page' : undefined}
            className={`-mb-px border-b-2 px-1 py-2 ${one === tab ? 'border-accent font-medium text-ink' : 'border-transparent text-ink-soft hover:text-ink'}`}
          >
            {t(one === 'overview' ? 'overview' : 'title')}
          </Link>
        ))}
      </nav>
      {tab === 'charts' ? <Charts instance={instance} /> : children}
    </>
  );
}

function Coming() {
  const t = useTranslations('shell');
  return <Skeleton label={t('loading')} rows={10} />;
}
