'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { useTranslations } from 'next-intl';
import { Copyable } from '../shell/parts.tsx';

/** This once. Only the button closes it: it is kept as its hash alone. */
export function ShownPassword({ name, password, onClose }: { name: string; password: string; onClose: () => void }) {
  const t = useTranslations('people');
  return (
    <Dialog
      isOpen
      onClose={() => undefined}
      title={t('passwordTitle', { name })}
      about={t('passwordAbout')}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('passwordDone')}
        </Button>
      }
    >
      <div className="rounded-md bg-sunken p-3">
        <Copyable text={password} what={t('password')} />
      </div>
    </Dialog>
  );
}
