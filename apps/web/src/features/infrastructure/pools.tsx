'use client';
import { Badge } from '@nephos/ui/badge';
import { TextField } from '@nephos/ui/field';
import { Meter } from '@nephos/ui/meter';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { AddButton } from '../administration/add-button.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter, PickFilter } from '../administration/filters.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { PickField } from '../administration/pick-field.tsx';
import { listOf, numberOf } from '../administration/read-form.ts';
import { useListUrl } from '../administration/use-list-url.ts';
import { useSaved } from '../administration/use-saved.ts';
import { textOf } from '../shell/form.ts';
import { useBytes } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import { NameCell, SwitchCell } from '../administration/cells.tsx';
import { NameField } from '../administration/name-field.tsx';

type Pool = Outputs['pool']['list']['items'][number];

export function Pools() {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const host = useTranslations('host');
  const bytes = useBytes();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['zone', 'host', 'enabled']);
  const [zoneId, hostId, enabled] = [url.get('zone'), url.get('host'), url.get('enabled')];
  const input = { ...url.input, ...(zoneId && { zoneId }), ...(hostId && { hostId }), ...(enabled && { isEnabled: enabled === 'yes' }) };
  const query = useQuery({ ...api.pool.list.queryOptions(input), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'add' | { edit: Pool } | { toggle: Pool }>();
  const close = () => setAsked(undefined);
  const add = <AddButton text={t('addPool')} onClick={() => setAsked('add')} />;
  const share = (label: string, used: number, capacity: number) =>
    capacity === 0 ? (
      <span className="text-ink-soft">–</span>
    ) : (
      <Meter label={label} value={used} max={capacity} text={host('of', { used: bytes(used), capacity: bytes(capacity) })} isBare />
    );
  return (
    <>
      <ColumnList<Pool, 'name' | 'createdAt'>
        label={t('pools')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={
          <>
            <PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />
            <PickFilter url={url} kind="host" label={list('host')} all={list('allHosts')} />
            <ChoiceFilter
              url={url}
              name="enabled"
              label={t('state')}
              all={list('allStates')}
              choices={[
                ['yes', t('enabled')],
                ['no', t('disabled')],
              ]}
            />
          </>
        }
        aside={add}
        empty={{ title: t('noPools'), about: t('noPoolsAbout'), action: add }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-60',
            cell: ({ name, path }) => <NameCell name={name} about={path} isPath />,
          },
          { label: t('state'), cell: ({ isEnabled }) => <Badge tone={isEnabled ? 'good' : 'quiet'}>{t(isEnabled ? 'enabled' : 'disabled')}</Badge> },
          { label: t('used'), className: 'w-44 min-w-36', cell: ({ usedBytes, capacityBytes }) => share(t('used'), usedBytes, capacityBytes) },
          {
            label: t('claimed'),
            className: 'w-44 min-w-36',
            cell: ({ claimedBytes, capacityBytes, overprovisioning }) => share(t('claimed'), claimedBytes, capacityBytes * overprovisioning),
          },
          {
            label: list('host'),
            isWide: true,
            cell: ({ hostId: id, hostName }) =>
              id ? (
                <RowLink href={pathTo.host(id)} className="text-accent hover:underline">
                  {hostName}
                </RowLink>
              ) : (
                '–'
              ),
          },
          { label: list('zone'), isWide: true, cell: ({ zoneName }) => zoneName },
          {
            label: list('actions'),
            className: 'text-right whitespace-nowrap',
            cell: (pool) => (
              <SwitchCell
                isOn={pool.isEnabled}
                texts={{ edit: list('edit'), off: t('disable'), on: t('enable') }}
                onEdit={() => setAsked({ edit: pool })}
                onSwitch={() => setAsked({ toggle: pool })}
              />
            ),
          },
        ]}
      />
      {asked === 'add' && <AddPool onClose={close} />}
      {typeof asked === 'object' && 'edit' in asked && <EditPool pool={asked.edit} onClose={close} />}
      {typeof asked === 'object' && 'toggle' in asked && <TogglePool pool={asked.toggle} onClose={close} />}
    </>
  );
}

function AddPool({ onClose }: { onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const create = useMutation(useApi().pool.create.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('addPool')}
      about={t('noPoolsAbout')}
      submit={list('add')}
      order={create}
      onClose={onClose}
      fields={['name', 'hostId', 'path']}
      read={(form) => ({ name: textOf(form, 'name'), hostId: textOf(form, 'hostId'), path: textOf(form, 'path') })}
    >
      {(errorOf) => (
        <>
          <NameField errorOf={errorOf} />
          <PickField kind="host" name="hostId" label={list('host')} error={errorOf('hostId')} />
          <TextField
            label={t('path')}
            name="path"
            hint={t('pathHint')}
            error={errorOf('path')}
            placeholder="/var/lib/nephos/pool"
            required
            autoComplete="off"
          />
        </>
      )}
    </FormDialog>
  );
}

function EditPool({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const update = useMutation(useApi().pool.update.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={list('editTitle', { name: pool.name })}
      submit={list('save')}
      order={update}
      onClose={onClose}
      fields={['name', 'overprovisioning', 'placementTags']}
      read={(form) => ({
        poolId: pool.id,
        name: textOf(form, 'name'),
        overprovisioning: numberOf(form, 'overprovisioning'),
        placementTags: listOf(form, 'placementTags'),
      })}
    >
      {(errorOf) => (
        <>
          <NameField value={pool.name} errorOf={errorOf} />
          <TextField
            label={t('overprovisioning')}
            name="overprovisioning"
            type="number"
            step="any"
            defaultValue={pool.overprovisioning}
            hint={t('overprovisioningHint')}
            error={errorOf('overprovisioning')}
            required
          />
          <TextField
            label={list('placementTags')}
            name="placementTags"
            defaultValue={pool.placementTags.join(', ')}
            hint={list('placementTagsHint')}
            error={errorOf('placementTags')}
            autoComplete="off"
          />
        </>
      )}
    </FormDialog>
  );
}

function TogglePool({ pool: { id: poolId, name, isEnabled }, onClose }: { pool: Pool; onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const update = useMutation(useApi().pool.update.mutationOptions(useSaved(onClose)));
  const verb = isEnabled ? 'disable' : 'enable';
  return (
    <FormDialog
      title={t(`toggleAsk.${verb}`, { name })}
      about={t(`togglePoolAbout.${verb}`)}
      submit={t(verb)}
      isGrave={isEnabled}
      order={update}
      read={() => ({ poolId, isEnabled: !isEnabled })}
      onClose={onClose}
    />
  );
}
