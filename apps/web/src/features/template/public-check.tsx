'use client';
import { useTranslations } from 'next-intl';

export function PublicCheck({ isChecked }: { isChecked: boolean }) {
  const t = useTranslations('catalogue');
  return (
    <label className="flex items-center gap-2">
      <input type="checkbox" name="isPublic" defaultChecked={isChecked} className="size-4 accent-accent" />
      {t('publicAbout')}
    </label>
  );
}
