'use client';
import { SelectField } from '@nephos/ui/field';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { useSaved } from '../administration/use-saved.ts';
import { textOf } from '../shell/form.ts';
import { freshPassword } from './fresh-password.ts';
import { ShownPassword } from './shown-password.tsx';

interface ChangeProps {
  user: Outputs['user']['get'];
  onClose: () => void;
}
export type UserChange = keyof typeof DIALOGS;

export function ChangeUser({ change, ...props }: ChangeProps & { change: UserChange }) {
  const Chosen = DIALOGS[change];
  return <Chosen {...props} />;
}

function SwitchUser({ user: { id: userId, name, isEnabled }, onClose }: ChangeProps) {
  const t = useTranslations('people');
  const update = useMutation(useApi().user.update.mutationOptions(useSaved(onClose)));
  const verb = isEnabled ? 'disable' : 'enable';
  return (
    <FormDialog
      title={t(`switchAsk.${verb}`, { name })}
      about={t(`switchUserAbout.${verb}`)}
      submit={t(verb)}
      isGrave={isEnabled}
      order={update}
      read={() => ({ userId, isEnabled: !isEnabled })}
      onClose={onClose}
    />
  );
}

function ChangeRole({ user: { id: userId, name, role }, onClose }: ChangeProps) {
  const t = useTranslations('people');
  const list = useTranslations('list');
  const profile = useTranslations('profile');
  const update = useMutation(useApi().user.update.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('roleOf', { name })}
      about={t('roleAbout')}
      submit={list('save')}
      order={update}
      fields={['role']}
      read={(form) => ({ userId, role: textOf(form, 'role') === 'root-admin' ? ('root-admin' as const) : ('user' as const) })}
      onClose={onClose}
    >
      {(errorOf) => (
        <SelectField label={profile('role')} name="role" defaultValue={role} error={errorOf('role')}>
          <option value="user">{profile('roles.user')}</option>
          <option value="root-admin">{profile('roles.root-admin')}</option>
        </SelectField>
      )}
    </FormDialog>
  );
}

function NewPassword({ user: { id: userId, name }, onClose }: ChangeProps) {
  const t = useTranslations('people');
  const [password] = useState(freshPassword);
  const update = useMutation(useApi().user.update.mutationOptions());
  if (update.data) return <ShownPassword name={name} password={password} onClose={onClose} />;
  return (
    <FormDialog
      title={t('newPasswordAsk', { name })}
      about={t('newPasswordAbout')}
      submit={t('changes.password')}
      isGrave
      order={update}
      read={() => ({ userId, password })}
      onClose={onClose}
    />
  );
}

const DIALOGS = { switch: SwitchUser, role: ChangeRole, password: NewPassword } as const;
