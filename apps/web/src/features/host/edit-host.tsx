'use client';
import { TextField } from '@nephos/ui/field';
import { useSay } from '@nephos/ui/toast';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useApi } from '../../trpc/api.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { listOf, numberOf } from '../administration/read-form.ts';
import type { Host } from './host-parts.tsx';

export function EditHost({ host, onClose }: { host: Host; onClose: () => void }) {
  const t = useTranslations('host');
  const list = useTranslations('list');
  const api = useApi();
  const say = useSay();
  const update = useMutation(
    api.host.update.mutationOptions({
      onSuccess: ({ name }) => {
        say({ tone: 'plain', text: list('saved', { name }) });
        onClose();
      },
    }),
  );
  return (
    <FormDialog
      title={t('editTitle', { name: host.name })}
      submit={list('save')}
      order={update}
      onClose={onClose}
      fields={['cpuOvercommit', 'memoryOvercommit', 'placementTags']}
      read={(form) => ({
        hostId: host.id,
        cpuOvercommit: numberOf(form, 'cpuOvercommit'),
        memoryOvercommit: numberOf(form, 'memoryOvercommit'),
        placementTags: listOf(form, 'placementTags'),
      })}
    >
      {(errorOf) => (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField
              label={t('cpuOvercommit')}
              name="cpuOvercommit"
              type="number"
              step="any"
              defaultValue={host.cpuOvercommit}
              hint={t('overcommitHint')}
              error={errorOf('cpuOvercommit')}
              required
            />
            <TextField
              label={t('memoryOvercommit')}
              name="memoryOvercommit"
              type="number"
              step="any"
              defaultValue={host.memoryOvercommit}
              error={errorOf('memoryOvercommit')}
              required
            />
          </div>
          <TextField
            label={list('placementTags')}
            name="placementTags"
            defaultValue={host.placementTags.join(', ')}
            hint={t('placementTagsHint')}
            error={errorOf('placementTags')}
            autoComplete="off"
          />
        </>
      )}
    </FormDialog>
  );
}
