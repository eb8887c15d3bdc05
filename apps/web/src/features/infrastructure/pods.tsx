'use client';
import { Button } from '@nephos/ui/button';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { AddButton } from '../administration/add-button.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { PickFilter } from '../administration/filters.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { PickField } from '../administration/pick-field.tsx';
import { RenameDialog } from '../administration/rename-dialog.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { useSaved } from '../administration/use-saved.ts';
import { textOf } from '../shell/form.ts';
import { RowLink } from '../shell/row-link.tsx';
import { useCreatedColumn } from '../administration/cells.tsx';
import { NameField } from '../administration/name-field.tsx';

type Pod = Outputs['pod']['list']['items'][number];

export function Pods() {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['zone']);
  const zoneId = url.get('zone');
  const query = useQuery({ ...api.pod.list.queryOptions({ ...url.input, ...(zoneId && { zoneId }) }), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'add' | Pod>();
  const close = () => setAsked(undefined);
  const add = <AddButton text={t('addPod')} onClick={() => setAsked('add')} />;
  return (
    <>
      <ColumnList<Pod, 'name' | 'createdAt'>
        label={t('pods')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={<PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />}
        aside={add}
        empty={{ title: t('noPods'), about: t('noPodsAbout'), action: add }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-60',
            cell: ({ id, name }) => (
              <RowLink href={pathTo.clusters(`pod=${id}`)} className="block truncate font-medium text-accent hover:underline" title={name}>
                {name}
              </RowLink>
            ),
          },
          { label: list('zone'), cell: ({ zoneName }) => zoneName },
          { label: t('clusters'), className: 'tabular-nums', cell: ({ clusterCount }) => clusterCount },
          created,
          { label: list('actions'), className: 'text-right', cell: (pod) => <Button onClick={() => setAsked(pod)}>{list('rename')}</Button> },
        ]}
      />
      {asked === 'add' && <AddPod onClose={close} />}
      {typeof asked === 'object' && <RenamePod pod={asked} onClose={close} />}
    </>
  );
}

function AddPod({ onClose }: { onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const create = useMutation(useApi().pod.create.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('addPod')}
      about={t('noPodsAbout')}
      submit={list('add')}
      order={create}
      onClose={onClose}
      fields={['name', 'zoneId']}
      read={(form) => ({ name: textOf(form, 'name'), zoneId: textOf(form, 'zoneId') })}
    >
      {(errorOf) => (
        <>
          <NameField errorOf={errorOf} />
          <PickField kind="zone" name="zoneId" label={list('zone')} error={errorOf('zoneId')} />
        </>
      )}
    </FormDialog>
  );
}

function RenamePod({ pod: { id: podId, name }, onClose }: { pod: Pod; onClose: () => void }) {
  const update = useMutation(useApi().pod.update.mutationOptions(useSaved(onClose)));
  return <RenameDialog name={name} order={update} toInput={(next) => ({ podId, name: next })} onClose={onClose} />;
}
