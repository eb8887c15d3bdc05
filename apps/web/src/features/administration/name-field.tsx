'use client';
import { TextField } from '@nephos/ui/field';
import { useTranslations } from 'next-intl';

/** What a thing is called, or is to be called. */
export function NameField({ value, errorOf }: { value?: string; errorOf: (field: string) => string | undefined }) {
  const t = useTranslations('list');
  return (
    <TextField
      label={t('name')}
      name="name"
      {...(value !== undefined && { defaultValue: value })}
      error={errorOf('name')}
      maxLength={255}
      required
      autoComplete="off"
    />
  );
}
