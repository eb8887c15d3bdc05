'use client';
import { buttonClass } from '@nephos/ui/button';
import { Empty } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../lib/path-builder.ts';

export default function NotFound() {
  const t = useTranslations('shell');
  return (
    <main className="grid min-h-screen place-items-center">
      <Empty
        title={t('notFound')}
        about={t('notFoundAbout')}
        action={
          <Link href={pathTo.instances()} className={buttonClass()}>
            {t('instances')}
          </Link>
        }
      />
    </main>
  );
}
