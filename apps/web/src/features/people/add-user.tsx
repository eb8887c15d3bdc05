'use client';
import { SelectField, TextField } from '@nephos/ui/field';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApi } from '../../trpc/api.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { PickField } from '../administration/pick-field.tsx';
import { textOf } from '../shell/form.ts';
import { freshPassword } from './fresh-password.ts';
import { ShownPassword } from './shown-password.tsx';

/** A user whom no directory knows. The password is made here and shown once. */
export function AddUser({ onClose }: { onClose: () => void }) {
  const t = useTranslations('people');
  const list = useTranslations('list');
  const profile = useTranslations('profile');
  const [password] = useState(freshPassword);
  const create = useMutation(useApi().user.create.mutationOptions());
  if (create.data) return <ShownPassword name={create.data.name} password={password} onClose={onClose} />;
  return (
    <FormDialog
      title={t('addUser')}
      about={t('addUserAbout')}
      submit={list('add')}
      order={create}
      onClose={onClose}
      fields={['name', 'displayName', 'role', 'accountId']}
      read={(form) => ({
        name: textOf(form, 'name'),
        password,
        role: textOf(form, 'role') === 'root-admin' ? ('root-admin' as const) : ('user' as const),
        ...(textOf(form, 'displayName').trim() && { displayName: textOf(form, 'displayName') }),
        ...(textOf(form, 'accountId') && { accountId: textOf(form, 'accountId') }),
      })}
    >
      {(errorOf) => (
        <>
          <TextField
            label={profile('signInName')}
            name="name"
            hint={t('userNameHint')}
            error={errorOf('name')}
            maxLength={255}
            required
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
          <TextField label={profile('name')} name="displayName" error={errorOf('displayName')} maxLength={255} autoComplete="off" />
          <SelectField label={profile('role')} name="role" defaultValue="user" error={errorOf('role')}>
            <option value="user">{profile('roles.user')}</option>
            <option value="root-admin">{profile('roles.root-admin')}</option>
          </SelectField>
          <PickField kind="account" name="accountId" label={list('account')} hint={t('ownAccountHint')} error={errorOf('accountId')} />
        </>
      )}
    </FormDialog>
  );
}
