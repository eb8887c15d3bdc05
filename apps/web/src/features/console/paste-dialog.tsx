'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { TextArea } from '@nephos/ui/field';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

/** Text that is typed into the guest, for what its keyboard can't reach. */
export function PasteDialog({ onPaste, onClose }: { onPaste: (text: string) => void; onClose: () => void }) {
  const t = useTranslations('console');
  const shell = useTranslations('shell');
  const [text, setText] = useState('');
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('paste')}
      about={t('pasteAbout')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button look="primary" {...(!text && { reason: t('pasteEmpty') })} onClick={() => onPaste(text)}>
            {t('pasteSubmit')}
          </Button>
        </>
      }
    >
      <TextArea label={t('pasteText')} value={text} onChange={(event) => setText(event.target.value)} spellCheck={false} />
    </Dialog>
  );
}
