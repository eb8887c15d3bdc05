'use client';
import { TextField } from '@nephos/ui/field';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useApi } from '../../trpc/api.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { PickField } from '../administration/pick-field.tsx';
import { textOf } from '../shell/form.ts';
import { JoinCommand } from './join-command.tsx';

/** First it asks which host, then it shows the command by which a machine becomes it, this once. */
export function AddHost({ onClose }: { onClose: () => void }) {
  const t = useTranslations('host');
  const api = useApi();
  const create = useMutation(api.host.create.mutationOptions());
  const clusters = useQuery(api.cluster.list.queryOptions({ limit: 2 })).data?.items ?? [];
  const only = clusters.length === 1 ? clusters[0] : undefined;
  if (create.data) return <JoinCommand toJoin={create.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('add')}
      about={t('addAbout')}
      submit={t('addSubmit')}
      order={create}
      onClose={onClose}
      fields={['name', 'clusterId', 'managementIp']}
      read={(form) => ({ name: textOf(form, 'name'), clusterId: textOf(form, 'clusterId'), managementIp: textOf(form, 'managementIp') })}
    >
      {(errorOf) => (
        <>
          <TextField label={t('name')} name="name" hint={t('nameHint')} error={errorOf('name')} maxLength={255} required autoComplete="off" />
          <PickField kind="cluster" name="clusterId" label={t('cluster')} error={errorOf('clusterId')} first={only} />
          <TextField
            label={t('managementIp')}
            name="managementIp"
            hint={t('managementIpHint')}
            error={errorOf('managementIp')}
            placeholder="192.0.2.10"
            required
            autoComplete="off"
          />
        </>
      )}
    </FormDialog>
  );
}
