'use client';
import { Button, buttonClass } from '@nephos/ui/button';
import { SquareTerminal } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import type { Instance } from '../instance/instance-actions.tsx';

/** The way to the console, or why there is none now. */
export function ConsoleLink({ instance }: { instance: Instance }) {
  const t = useTranslations('console');
  const label = (
    <>
      <SquareTerminal size={14} aria-hidden />
      {t('title')}
    </>
  );
  if (instance.state !== 'running') return <Button reason={t('whyNot', { state: t(`states.${instance.state}`) })}>{label}</Button>;
  return (
    <Link className={buttonClass()} href={pathTo.console(instance.id)}>
      {label}
    </Link>
  );
}
