'use client';
import { Button } from '@nephos/ui/button';
import { SelectField } from '@nephos/ui/field';
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
import { HYPERVISORS, hypervisorOf } from '../host/host-parts.tsx';
import { textOf } from '../shell/form.ts';
import { RowLink } from '../shell/row-link.tsx';
import { useCreatedColumn } from '../administration/cells.tsx';
import { NameField } from '../administration/name-field.tsx';

type Cluster = Outputs['cluster']['list']['items'][number];

export function Clusters() {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const host = useTranslations('host');
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['zone', 'pod']);
  const [zoneId, podId] = [url.get('zone'), url.get('pod')];
  const input = { ...url.input, ...(zoneId && { zoneId }), ...(podId && { podId }) };
  const query = useQuery({ ...api.cluster.list.queryOptions(input), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'add' | Cluster>();
  const close = () => setAsked(undefined);
  const add = <AddButton text={t('addCluster')} onClick={() => setAsked('add')} />;
  return (
    <>
      <ColumnList<Cluster, 'name' | 'createdAt'>
        label={t('clusters')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={
          <>
            <PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />
            <PickFilter url={url} kind="pod" label={t('pod')} all={t('allPods')} />
          </>
        }
        aside={add}
        empty={{ title: t('noClusters'), about: t('noClustersAbout'), action: add }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-60',
            cell: ({ id, name }) => (
              <RowLink href={pathTo.hosts(`cluster=${id}`)} className="block truncate font-medium text-accent hover:underline" title={name}>
                {name}
              </RowLink>
            ),
          },
          { label: host('hypervisor'), cell: ({ hypervisor }) => host(`hypervisors.${hypervisorOf(hypervisor)}`) },
          { label: host('title'), className: 'tabular-nums', cell: ({ hostCount }) => hostCount },
          {
            label: host('place'),
            cell: ({ zoneName, podName }) => (
              <>
                {zoneName} <span className="text-ink-soft">/ {podName}</span>
              </>
            ),
          },
          created,
          { label: list('actions'), className: 'text-right', cell: (cluster) => <Button onClick={() => setAsked(cluster)}>{list('rename')}</Button> },
        ]}
      />
      {asked === 'add' && <AddCluster onClose={close} />}
      {typeof asked === 'object' && <RenameCluster cluster={asked} onClose={close} />}
    </>
  );
}

function AddCluster({ onClose }: { onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const host = useTranslations('host');
  const create = useMutation(useApi().cluster.create.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('addCluster')}
      about={t('noClustersAbout')}
      submit={list('add')}
      order={create}
      onClose={onClose}
      fields={['name', 'podId', 'hypervisor']}
      read={(form) => ({ name: textOf(form, 'name'), podId: textOf(form, 'podId'), hypervisor: hypervisorOf(textOf(form, 'hypervisor')) })}
    >
      {(errorOf) => (
        <>
          <NameField errorOf={errorOf} />
          <PickField kind="pod" name="podId" label={t('pod')} error={errorOf('podId')} />
          <SelectField label={host('hypervisor')} name="hypervisor" error={errorOf('hypervisor')}>
            {HYPERVISORS.map((one) => (
              <option key={one} value={one}>
                {host(`hypervisors.${one}`)}
              </option>
            ))}
          </SelectField>
        </>
      )}
    </FormDialog>
  );
}

function RenameCluster({ cluster: { id: clusterId, name }, onClose }: { cluster: Cluster; onClose: () => void }) {
  const update = useMutation(useApi().cluster.update.mutationOptions(useSaved(onClose)));
  return <RenameDialog name={name} order={update} toInput={(next) => ({ clusterId, name: next })} onClose={onClose} />;
}
