'use client';
import { Badge, type Tone } from '@nephos/ui/badge';
import { TextField } from '@nephos/ui/field';
import { Tag } from '@nephos/ui/tag';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { AddButton } from '../administration/add-button.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter } from '../administration/filters.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { numberOf } from '../administration/read-form.ts';
import { useListUrl } from '../administration/use-list-url.ts';
import { useSaved } from '../administration/use-saved.ts';
import { textOf } from '../shell/form.ts';
import { useBytes } from '../shell/parts.tsx';
import { PublicCheck } from './public-check.tsx';
import { NameCell, SwitchCell, useCreatedColumn } from '../administration/cells.tsx';
import { NameField } from '../administration/name-field.tsx';

const UploadTemplate = dynamic(() => import('./upload-template.tsx').then((module) => module.UploadTemplate), { ssr: false });

type Template = Outputs['template']['list']['items'][number];
const STATES = ['uploading', 'ready', 'failed'] as const;
const TONES = { uploading: 'busy', ready: 'good', failed: 'bad' } as const satisfies Record<Template['state'], Tone>;

/** Images that instances are made of. */
export function Templates() {
  const t = useTranslations('catalogue');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const bytes = useBytes();
  const api = useApi();
  const url = useListUrl(['name', 'createdAt'], ['state', 'offered']);
  const state = STATES.find((one) => one === url.get('state'));
  const offered = url.get('offered');
  const input = { ...url.input, ...(state && { state: [state] }), ...(offered && { isEnabled: offered === 'yes' }) };
  const query = useQuery({ ...api.template.list.queryOptions(input), placeholderData: keepPreviousData });
  const [asked, setAsked] = useState<'upload' | { edit: Template } | { retire: Template }>();
  const close = () => setAsked(undefined);
  const upload = <AddButton text={t('uploadTemplate')} onClick={() => setAsked('upload')} />;
  return (
    <>
      <ColumnList<Template, 'name' | 'createdAt'>
        label={t('templates')}
        query={query}
        url={url}
        searchLabel={list('search')}
        filters={
          <>
            <ChoiceFilter
              url={url}
              name="state"
              label={list('state')}
              all={list('allStates')}
              choices={STATES.map((one) => [one, t(`templateStates.${one}`)] as const)}
            />
            <ChoiceFilter
              url={url}
              name="offered"
              label={t('offered')}
              all={t('offeredOrRetired')}
              choices={[
                ['yes', t('offered')],
                ['no', t('retired')],
              ]}
            />
          </>
        }
        aside={upload}
        empty={{ title: t('noTemplates'), about: t('noTemplatesAbout'), action: upload }}
        columns={[
          {
            label: list('name'),
            sort: 'name',
            className: 'max-w-72',
            cell: ({ name, description }) => <NameCell name={name} about={description} />,
          },
          {
            label: list('state'),
            cell: (template) => (
              <span className="inline-flex flex-wrap items-center gap-1.5">
                <Badge tone={TONES[template.state]}>{t(`templateStates.${template.state}`)}</Badge>
                {!template.isEnabled && <Tag>{t('retired')}</Tag>}
                {template.error && <span className="block text-xs text-bad">{template.error}</span>}
              </span>
            ),
          },
          { label: t('isPublic'), cell: ({ isPublic }) => t(isPublic ? 'forAll' : 'forOwn') },
          { label: t('disk'), className: 'whitespace-nowrap', cell: ({ virtualSizeBytes }) => (virtualSizeBytes ? bytes(virtualSizeBytes) : '–') },
          { label: t('size'), isWide: true, className: 'whitespace-nowrap', cell: ({ sizeBytes }) => bytes(sizeBytes) },
          {
            label: t('sha256'),
            isWide: true,
            className: 'font-mono text-xs text-ink-soft',
            cell: ({ sha256 }) => <span title={sha256}>{sha256.slice(0, 12)}…</span>,
          },
          created,
          {
            label: list('actions'),
            className: 'text-right whitespace-nowrap',
            cell: (template) => (
              <SwitchCell
                isOn={template.isEnabled}
                texts={{ edit: list('edit'), off: t('retire'), on: t('offer') }}
                onEdit={() => setAsked({ edit: template })}
                onSwitch={() => setAsked({ retire: template })}
              />
            ),
          },
        ]}
      />
      {asked === 'upload' && <UploadTemplate onClose={close} />}
      {typeof asked === 'object' && 'edit' in asked && <EditTemplate template={asked.edit} onClose={close} />}
      {typeof asked === 'object' && 'retire' in asked && <RetireTemplate template={asked.retire} onClose={close} />}
    </>
  );
}

function EditTemplate({ template, onClose }: { template: Template; onClose: () => void }) {
  const t = useTranslations('catalogue');
  const list = useTranslations('list');
  const update = useMutation(useApi().template.update.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={list('editTitle', { name: template.name })}
      submit={list('save')}
      order={update}
      onClose={onClose}
      fields={['name', 'description', 'minMemoryMib']}
      read={(form) => ({
        templateId: template.id,
        name: textOf(form, 'name'),
        description: textOf(form, 'description'),
        minMemoryMib: numberOf(form, 'minMemoryMib'),
        isPublic: textOf(form, 'isPublic') === 'on',
      })}
    >
      {(errorOf) => (
        <>
          <NameField value={template.name} errorOf={errorOf} />
          <TextField
            label={t('description')}
            name="description"
            defaultValue={template.description}
            error={errorOf('description')}
            maxLength={1_000}
            autoComplete="off"
          />
          <TextField
            label={t('minMemoryMib')}
            name="minMemoryMib"
            type="number"
            defaultValue={template.minMemoryMib}
            error={errorOf('minMemoryMib')}
            required
          />
          <PublicCheck isChecked={template.isPublic} />
        </>
      )}
    </FormDialog>
  );
}

function RetireTemplate({ template: { id: templateId, name, isEnabled }, onClose }: { template: Template; onClose: () => void }) {
  const t = useTranslations('catalogue');
  const update = useMutation(useApi().template.update.mutationOptions(useSaved(onClose)));
  const verb = isEnabled ? 'retire' : 'offer';
  return (
    <FormDialog
      title={t(`retireAsk.${verb}`, { name })}
      about={t(`retireAbout.${verb}`)}
      submit={t(verb)}
      isGrave={isEnabled}
      order={update}
      read={() => ({ templateId, isEnabled: !isEnabled })}
      onClose={onClose}
    />
  );
}
