'use client';
import { useTranslations } from 'next-intl';
import { textOf } from '../shell/form.ts';
import { FormDialog } from './form-dialog.tsx';
import { NameField } from './name-field.tsx';

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
      {(errorOf) => <NameField value={name} errorOf={errorOf} />}
    </FormDialog>
  );
}
