'use client';
import { Badge } from '@nephos/ui/badge';
import { TextField } from '@nephos/ui/field';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { AddButton } from '../administration/add-button.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter } from '../administration/filters.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { listOf } from '../administration/read-form.ts';
import { RenameDialog } from '../administration/rename-dialog.tsx';
import { useListUrl } from '../administration/use-list-url.ts';
import { useSaved } from '../administration/use-saved.ts';
import { textOf } from '../shell/form.ts';
import { RowLink } from '../shell/row-link.tsx';
import { SwitchCell, useCreatedColumn } from '../administration/cells.tsx';
import { NameField } from '../administration/name-field.tsx';

type Zone = Outputs['zone']['list']['items'][number];

export function Zones() {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['enabled']);
  const enabled = url.get('enabled');
  const input = { ...url.input, ...(enabled && { isEnabled: enabled === 'yes' }) };
  const query = useQuery({ ...api.zone.list.queryOptions(input), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'add' | { edit: Zone } | { toggle: Zone }>();
  const close = () => setAsked(undefined);
  const add = <AddButton text={t('addZone')} onClick={() => setAsked('add')} />;
  return (
    <>
      <ColumnList<Zone, 'name' | 'createdAt'>
        label={t('zones')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={
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
        }
        aside={add}
        empty={{ title: t('noZones'), about: t('noZonesAbout'), action: add }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-60',
            cell: ({ id, name }) => (
              <RowLink href={pathTo.clusters(`zone=${id}`)} className="block truncate font-medium text-accent hover:underline" title={name}>
                {name}
              </RowLink>
            ),
          },
          { label: t('state'), cell: ({ isEnabled }) => <Badge tone={isEnabled ? 'good' : 'quiet'}>{t(isEnabled ? 'enabled' : 'disabled')}</Badge> },
          { label: t('guestCidr'), className: 'font-mono text-[0.8125rem]', cell: ({ guestCidr }) => guestCidr },
          { label: t('dnsServers'), isWide: true, className: 'font-mono text-[0.8125rem]', cell: ({ dnsServers }) => dnsServers.join(', ') || '–' },
          { label: t('guests'), isWide: true, cell: ({ guestKind }) => (guestKind ? t(`guestKinds.${guestKind}`) : '–') },
          created,
          {
            label: list('actions'),
            className: 'text-right whitespace-nowrap',
            cell: (zone) => (
              <SwitchCell
                isOn={zone.isEnabled}
                texts={{ edit: list('rename'), off: t('disable'), on: t('enable') }}
                onEdit={() => setAsked({ edit: zone })}
                onSwitch={() => setAsked({ toggle: zone })}
              />
            ),
          },
        ]}
      />
      {asked === 'add' && <AddZone onClose={close} />}
      {typeof asked === 'object' && 'edit' in asked && <RenameZone zone={asked.edit} onClose={close} />}
      {typeof asked === 'object' && 'toggle' in asked && <ToggleZone zone={asked.toggle} onClose={close} />}
    </>
  );
}

function AddZone({ onClose }: { onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const create = useMutation(useApi().zone.create.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('addZone')}
      about={t('addZoneAbout')}
      submit={list('add')}
      order={create}
      onClose={onClose}
      fields={['name', 'guestCidr', 'dnsServers']}
      read={(form) => ({ name: textOf(form, 'name'), guestCidr: textOf(form, 'guestCidr'), dnsServers: listOf(form, 'dnsServers') })}
    >
      {(errorOf) => (
        <>
          <NameField errorOf={errorOf} />
          <TextField
            label={t('guestCidr')}
            name="guestCidr"
            defaultValue="10.1.1.0/24"
            hint={t('guestCidrHint')}
            error={errorOf('guestCidr')}
            required
            autoComplete="off"
          />
          <TextField label={t('dnsServers')} name="dnsServers" hint={t('dnsServersHint')} error={errorOf('dnsServers')} autoComplete="off" />
        </>
      )}
    </FormDialog>
  );
}

function RenameZone({ zone: { id: zoneId, name }, onClose }: { zone: Zone; onClose: () => void }) {
  const update = useMutation(useApi().zone.update.mutationOptions(useSaved(onClose)));
  return <RenameDialog name={name} order={update} toInput={(next) => ({ zoneId, name: next })} onClose={onClose} />;
}

function ToggleZone({ zone: { id: zoneId, name, isEnabled }, onClose }: { zone: Zone; onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const update = useMutation(useApi().zone.update.mutationOptions(useSaved(onClose)));
  const verb = isEnabled ? 'disable' : 'enable';
  return (
    <FormDialog
      title={t(`toggleAsk.${verb}`, { name })}
      about={t(`toggleZoneAbout.${verb}`)}
      submit={t(verb)}
      isGrave={isEnabled}
      order={update}
      read={() => ({ zoneId, isEnabled: !isEnabled })}
      onClose={onClose}
    />
  );
}
