'use client';
import { Button } from '@nephos/ui/button';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
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
import { NameCell, useCreatedColumn } from '../administration/cells.tsx';
import { NameField } from '../administration/name-field.tsx';

type Store = Outputs['imageStore']['list']['items'][number];

export function ImageStores() {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['zone']);
  const zoneId = url.get('zone');
  const query = useQuery({ ...api.imageStore.list.queryOptions({ ...url.input, ...(zoneId && { zoneId }) }), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'add' | Store>();
  const close = () => setAsked(undefined);
  const add = <AddButton text={t('addImageStore')} onClick={() => setAsked('add')} />;
  return (
    <>
      <ColumnList<Store, 'name' | 'createdAt'>
        label={t('imageStores')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={<PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />}
        aside={add}
        empty={{ title: t('noImageStores'), about: t('noImageStoresAbout'), action: add }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-72',
            cell: ({ name, path }) => <NameCell name={name} about={path} isPath />,
          },
          { label: t('kind'), cell: ({ kind }) => kind },
          { label: t('templates'), className: 'tabular-nums', cell: ({ templateCount }) => templateCount },
          { label: list('zone'), cell: ({ zoneName }) => zoneName },
          created,
          { label: list('actions'), className: 'text-right', cell: (store) => <Button onClick={() => setAsked(store)}>{list('rename')}</Button> },
        ]}
      />
      {asked === 'add' && <AddImageStore onClose={close} />}
      {typeof asked === 'object' && <RenameImageStore store={asked} onClose={close} />}
    </>
  );
}

function AddImageStore({ onClose }: { onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const create = useMutation(useApi().imageStore.create.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('addImageStore')}
      about={t('noImageStoresAbout')}
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

function RenameImageStore({ store: { id: imageStoreId, name }, onClose }: { store: Store; onClose: () => void }) {
  const update = useMutation(useApi().imageStore.update.mutationOptions(useSaved(onClose)));
  return <RenameDialog name={name} order={update} toInput={(next) => ({ imageStoreId, name: next })} onClose={onClose} />;
}
