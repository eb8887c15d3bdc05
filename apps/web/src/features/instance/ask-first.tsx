'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { TextField } from '@nephos/ui/field';
import { EXPUNGE_DELAY_MS, STOP_GRACE_MS } from '@nephos/model/limits';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { AskingVerb, Instance } from './instance-actions.tsx';

/** What an order means, before it is given. */
export function AskFirst({
  verb,
  instances,
  onClose,
  onYes,
}: {
  verb: AskingVerb;
  instances: readonly Instance[];
  onClose: () => void;
  onYes: (isForced: boolean) => void;
}) {
  const t = useTranslations('instance');
  const shell = useTranslations('shell');
  const [isForced, setForced] = useState(false);
  const [typed, setTyped] = useState('');
  const name = instances[0]?.name ?? '';
  const isReady = verb !== 'expunge' || typed === name;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(`ask.${verb}`, { name, count: instances.length })}
      about={t(`askAbout.${verb}`, { seconds: STOP_GRACE_MS / 1_000, hours: EXPUNGE_DELAY_MS / 3_600_000 })}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button
            look={verb === 'destroy' || verb === 'expunge' ? 'danger' : 'primary'}
            {...(!isReady && { reason: t('typeName', { name }) })}
            onClick={() => onYes(isForced)}
          >
            {t(`verbs.${verb}`)}
          </Button>
        </>
      }
    >
      {instances.length > 1 && <p className="break-words">{instances.map((instance) => instance.name).join(', ')}</p>}
      {(verb === 'stop' || verb === 'reboot') && (
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={isForced} onChange={(event) => setForced(event.target.checked)} className="size-4 accent-accent" />
          {t('force')}
        </label>
      )}
      {verb === 'expunge' && (
        <TextField label={t('typeName', { name })} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
      )}
    </Dialog>
  );
}
