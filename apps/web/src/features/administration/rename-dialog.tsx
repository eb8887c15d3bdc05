'use client';
import { TextField } from '@nephos/ui/field';
import { useTranslations } from 'next-intl';
import { textOf } from '../shell/form.ts';
import { FormDialog } from './form-dialog.tsx';

interface RenameDialogProps<I> {
  name: string;
  order: { error: unknown; isPending: boolean; mutate: (input: I) => void };
  toInput: (name: string) => I;
  onClose: () => void;
}

/** Gives a thing another name. */
export function RenameDialog<I>({ name, order, toInput, onClose }: RenameDialogProps<I>) {
  const t = useTranslations('list');
  return (
    <FormDialog
      title={t('renameTitle', { name })}
      submit={t('save')}
      order={order}
      read={(form) => toInput(textOf(form, 'name'))}
      onClose={onClose}
      fields={['name']}
    >
      {(errorOf) => (
        <TextField label={t('name')} name="name" defaultValue={name} error={errorOf('name')} maxLength={255} required autoComplete="off" />
      )}
    </FormDialog>
  );
}
