'use client';
import { Button } from '@nephos/ui/button';
import { Empty } from '@nephos/ui/panel';
import { useTranslations } from 'next-intl';

export default function PageError({ reset }: { reset: () => void }) {
  const t = useTranslations('shell');
  return <Empty title={t('wentWrong')} action={<Button onClick={reset}>{t('tryAgain')}</Button>} />;
}
