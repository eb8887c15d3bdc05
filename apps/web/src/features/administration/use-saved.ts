'use client';
import { useSay } from '@nephos/ui/toast';
import { useTranslations } from 'next-intl';

/** What an order does when it has succeeded: it says so, and its dialog is closed. */
export function useSaved(onClose: () => void): { onSuccess: (saved: { name: string }) => void } {
  const t = useTranslations('list');
  const say = useSay();
  return {
    onSuccess: ({ name }) => {
      say({ tone: 'plain', text: t('saved', { name }) });
      onClose();
    },
  };
}
