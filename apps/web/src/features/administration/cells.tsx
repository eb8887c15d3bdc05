'use client';
import { Button } from '@nephos/ui/button';
import { useTranslations } from 'next-intl';
import { Ago } from '../shell/parts.tsx';
import type { Column } from './column-list.tsx';

/** A name, and under it what it stands for; both are cut where there is no room, and whole when pointed at. */
export function NameCell({ name, about, isPath = false }: { name: string; about: string; isPath?: boolean }) {
  return (
    <>
      <span className="block truncate font-medium" title={name}>
        {name}
      </span>
      {about && (
        <span className={`block truncate text-xs text-ink-soft ${isPath ? 'font-mono' : ''}`} title={about}>
          {about}
        </span>
      )}
    </>
  );
}

export function useCreatedColumn(): Column<{ createdAt: string }, 'createdAt'> {
  const t = useTranslations('list');
  return { label: t('created'), sort: 'createdAt', isWide: true, className: 'text-ink-soft', cell: ({ createdAt }) => <Ago time={createdAt} /> };
}

interface SwitchCellProps {
  isOn: boolean;
  /** Of the buttons. */
  texts: { edit: string; off: string; on: string };
  onEdit: () => void;
  /** Asked to be the other way. */
  onSwitch: () => void;
}

/** For a thing that can be changed, and taken out of use for a while. */
export function SwitchCell({ isOn, texts, onEdit, onSwitch }: SwitchCellProps) {
  return (
    <span className="inline-flex gap-2">
      <Button onClick={onEdit}>{texts.edit}</Button>
      <Button look={isOn ? 'danger' : 'plain'} onClick={onSwitch}>
        {isOn ? texts.off : texts.on}
      </Button>
    </span>
  );
}
