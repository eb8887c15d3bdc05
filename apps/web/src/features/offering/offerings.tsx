'use client';
import { Badge } from '@nephos/ui/badge';
import { TextField } from '@nephos/ui/field';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { AddButton } from '../administration/add-button.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter } from '../administration/filters.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { listOf, numberOf } from '../administration/read-form.ts';
import { useListUrl } from '../administration/use-list-url.ts';
import { useSaved } from '../administration/use-saved.ts';
import { textOf } from '../shell/form.ts';
import { useBytes } from '../shell/parts.tsx';
import { NameCell, SwitchCell, useCreatedColumn } from '../administration/cells.tsx';
import { NameField } from '../administration/name-field.tsx';

type Offering = Outputs['computeOffering']['list']['items'][number];
const SORTS = ['name', 'cpuCount', 'memoryMib', 'createdAt'] as const;
const MIB = 1024 ** 2;

/** Sizes that instances can have. */
export function Offerings() {
  const t = useTranslations('catalogue');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const bytes = useBytes();
  const api = useApi();
  const url = useListUrl(SORTS, ['offered']);
  const offered = url.get('offered');
  const input = { ...url.input, ...(offered && { isEnabled: offered === 'yes' }) };
  const query = useQuery({ ...api.computeOffering.list.queryOptions(input), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'add' | { edit: Offering } | { retire: Offering }>();
  const close = () => setAsked(undefined);
  const add = <AddButton text={t('addOffering')} onClick={() => setAsked('add')} />;
  return (
    <>
      <ColumnList<Offering, (typeof SORTS)[number]>
        label={t('offerings')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={
          <ChoiceFilter
            url={url}
            name="offered"
            label={list('state')}
            all={list('allStates')}
            choices={[
              ['yes', t('offered')],
              ['no', t('retired')],
            ]}
          />
        }
        aside={add}
        empty={{ title: t('noOfferings'), about: t('noOfferingsAbout'), action: add }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-72',
            cell: ({ name, description }) => <NameCell name={name} about={description} />,
          },
          {
            label: list('state'),
            cell: ({ isEnabled }) => <Badge tone={isEnabled ? 'good' : 'quiet'}>{t(isEnabled ? 'offered' : 'retired')}</Badge>,
          },
          { label: t('cpus'), sort: 'cpuCount', cell: ({ cpuCount, cpuMhz }) => t('cpusOf', { cpuCount, cpuMhz }) },
          { label: t('memory'), sort: 'memoryMib', cell: ({ memoryMib }) => bytes(memoryMib * MIB) },
          { label: list('placementTags'), isWide: true, cell: ({ placementTags }) => placementTags.join(', ') || '–' },
          created,
          {
            label: list('actions'),
            className: 'text-right whitespace-nowrap',
            cell: (offering) => (
              <SwitchCell
                isOn={offering.isEnabled}
                texts={{ edit: list('edit'), off: t('retire'), on: t('offer') }}
                onEdit={() => setAsked({ edit: offering })}
                onSwitch={() => setAsked({ retire: offering })}
              />
            ),
          },
        ]}
      />
      {asked === 'add' && <AddOffering onClose={close} />}
      {typeof asked === 'object' && 'edit' in asked && <EditOffering offering={asked.edit} onClose={close} />}
      {typeof asked === 'object' && 'retire' in asked && <RetireOffering offering={asked.retire} onClose={close} />}
    </>
  );
}

function AddOffering({ onClose }: { onClose: () => void }) {
  const t = useTranslations('catalogue');
  const list = useTranslations('list');
  const create = useMutation(useApi().computeOffering.create.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('addOffering')}
      submit={list('add')}
      order={create}
      onClose={onClose}
      fields={['name', 'description', 'cpuCount', 'cpuMhz', 'memoryMib', 'placementTags']}
      read={(form) => ({
        name: textOf(form, 'name'),
        description: textOf(form, 'description'),
        cpuCount: numberOf(form, 'cpuCount'),
        cpuMhz: numberOf(form, 'cpuMhz'),
        memoryMib: numberOf(form, 'memoryMib'),
        placementTags: listOf(form, 'placementTags'),
      })}
    >
      {(errorOf) => (
        <>
          <NameField errorOf={errorOf} />
          <TextField label={t('description')} name="description" error={errorOf('description')} maxLength={1_000} autoComplete="off" />
          <div className="grid gap-4 sm:grid-cols-3">
            <TextField label={t('cpus')} name="cpuCount" type="number" defaultValue={1} error={errorOf('cpuCount')} required />
            <TextField label={t('cpuMhz')} name="cpuMhz" type="number" defaultValue={1_000} error={errorOf('cpuMhz')} required />
            <TextField label={t('memoryMib')} name="memoryMib" type="number" defaultValue={1_024} error={errorOf('memoryMib')} required />
          </div>
          <TextField
            label={list('placementTags')}
            name="placementTags"
            hint={t('offeringTagsHint')}
            error={errorOf('placementTags')}
            autoComplete="off"
          />
        </>
      )}
    </FormDialog>
  );
}

function EditOffering({ offering, onClose }: { offering: Offering; onClose: () => void }) {
  const t = useTranslations('catalogue');
  const list = useTranslations('list');
  const update = useMutation(useApi().computeOffering.update.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={list('editTitle', { name: offering.name })}
      about={t('editOfferingAbout')}
      submit={list('save')}
      order={update}
      onClose={onClose}
      fields={['name', 'description', 'placementTags']}
      read={(form) => ({
        computeOfferingId: offering.id,
        name: textOf(form, 'name'),
        description: textOf(form, 'description'),
        placementTags: listOf(form, 'placementTags'),
      })}
    >
      {(errorOf) => (
        <>
          <NameField value={offering.name} errorOf={errorOf} />
          <TextField
            label={t('description')}
            name="description"
            defaultValue={offering.description}
            error={errorOf('description')}
            maxLength={1_000}
            autoComplete="off"
          />
          <TextField
            label={list('placementTags')}
            name="placementTags"
            defaultValue={offering.placementTags.join(', ')}
            hint={t('offeringTagsHint')}
            error={errorOf('placementTags')}
            autoComplete="off"
          />
        </>
      )}
    </FormDialog>
  );
}

function RetireOffering({ offering: { id: computeOfferingId, name, isEnabled }, onClose }: { offering: Offering; onClose: () => void }) {
  const t = useTranslations('catalogue');
  const update = useMutation(useApi().computeOffering.update.mutationOptions(useSaved(onClose)));
  const verb = isEnabled ? 'retire' : 'offer';
  return (
    <FormDialog
      title={t(`retireAsk.${verb}`, { name })}
      about={t(`retireAbout.${verb}`)}
      submit={t(verb)}
      isGrave={isEnabled}
      order={update}
      read={() => ({ computeOfferingId, isEnabled: !isEnabled })}
      onClose={onClose}
    />
  );
}
