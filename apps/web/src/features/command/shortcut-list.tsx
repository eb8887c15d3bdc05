'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { Keys } from '@nephos/ui/keys';
import { useTranslations } from 'next-intl';
import { SHORTCUTS } from './shortcuts.ts';

export function ShortcutList({ onClose }: { onClose: () => void }) {
  const t = useTranslations('command');
  const shell = useTranslations('shell');
  return (
    <Dialog isOpen onClose={onClose} title={t('help')} about={t('helpAbout')} actions={<Button onClick={onClose}>{shell('close')}</Button>}>
      <dl className="divide-y divide-line">
        {SHORTCUTS.map(({ name, keys }) => (
          <div key={name} className="flex items-center justify-between gap-4 py-1.5">
            <dt>{t(`shortcut.${name}`)}</dt>
            <dd>
              <Keys keys={keysOf(keys)} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** As they stand on this keyboard. */
export function keysOf(keys: readonly string[]): string[] {
  const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);
  return keys.map((key) => (key === 'mod' ? (isMac ? '⌘' : 'Ctrl') : key.length === 1 ? key.toUpperCase() : key));
}
