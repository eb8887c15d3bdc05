'use client';
import { Badge } from '@nephos/ui/badge';
import { TextField } from '@nephos/ui/field';
import { useSay } from '@nephos/ui/toast';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { AddButton } from '../administration/add-button.tsx';
import { ColumnList } from '../administration/column-list.tsx';
import { ChoiceFilter, PickFilter } from '../administration/filters.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { PickField } from '../administration/pick-field.tsx';
import { numberOf } from '../administration/read-form.ts';
import { useListUrl } from '../administration/use-list-url.ts';
import { textOf } from '../shell/form.ts';
import { useCreatedColumn } from '../administration/cells.tsx';

type Address = Outputs['publicAddress']['list']['items'][number];
const STATES = ['free', 'claimed'] as const;

export function PublicAddresses() {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const created = useCreatedColumn();
  const api = useApi();
  const url = useListUrl(['createdAt'], ['zone', 'state']);
  const zoneId = url.get('zone');
  const state = STATES.find((one) => one === url.get('state'));
  const input = { ...url.input, ...(zoneId && { zoneId }), ...(state && { state }) };
  const query = useQuery({ ...api.publicAddress.list.queryOptions(input), placeholderData: keepPreviousData });
  const [isAdding, setAdding] = useState(false);
  const add = <AddButton text={t('addAddresses')} onClick={() => setAdding(true)} />;
  return (
    <>
      <ColumnList<Address, 'createdAt'>
        label={t('publicAddresses')}
        query={query}
        url={url}
        searchLabel={t('searchAddress')}
        filters={
          <>
            <PickFilter url={url} kind="zone" label={list('zone')} all={list('allZones')} />
            <ChoiceFilter
              url={url}
              name="state"
              label={t('state')}
              all={list('allStates')}
              choices={STATES.map((one) => [one, t(`addressStates.${one}`)] as const)}
            />
          </>
        }
        aside={add}
        empty={{ title: t('noAddresses'), about: t('noAddressesAbout'), action: add }}
        columns={[
          { label: t('address'), className: 'font-mono text-[0.8125rem]', cell: ({ ip, prefixLength }) => `${ip}/${prefixLength}` },
          {
            label: t('state'),
            cell: ({ state: is }) => <Badge tone={is === 'free' ? 'quiet' : 'good'}>{t(`addressStates.${is}`)}</Badge>,
          },
          { label: list('account'), cell: ({ accountName }) => accountName ?? '–' },
          { label: t('router'), className: 'max-w-56 truncate', cell: ({ router }) => router?.name ?? '–' },
          { label: t('gateway'), isWide: true, className: 'font-mono text-[0.8125rem]', cell: ({ gateway }) => gateway ?? '–' },
          { label: list('zone'), isWide: true, cell: ({ zoneName }) => zoneName },
          created,
        ]}
      />
      {isAdding && <AddAddresses onClose={() => setAdding(false)} />}
    </>
  );
}

function AddAddresses({ onClose }: { onClose: () => void }) {
  const t = useTranslations('infrastructure');
  const list = useTranslations('list');
  const say = useSay();
  const create = useMutation(
    useApi().publicAddress.create.mutationOptions({
      onSuccess: ({ count }) => {
        say({ tone: 'plain', text: t('addressesAdded', { count }) });
        onClose();
      },
    }),
  );
  return (
    <FormDialog
      title={t('addAddresses')}
      about={t('noAddressesAbout')}
      submit={list('add')}
      order={create}
      onClose={onClose}
      fields={['zoneId', 'firstIp', 'lastIp', 'prefixLength', 'gateway']}
      read={(form) => ({
        zoneId: textOf(form, 'zoneId'),
        firstIp: textOf(form, 'firstIp').trim(),
        lastIp: textOf(form, 'lastIp').trim(),
        prefixLength: numberOf(form, 'prefixLength'),
        ...(textOf(form, 'gateway') && { gateway: textOf(form, 'gateway').trim() }),
      })}
    >
      {(errorOf) => (
        <>
          <PickField kind="zone" name="zoneId" label={list('zone')} error={errorOf('zoneId')} />
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField label={t('firstIp')} name="firstIp" error={errorOf('firstIp')} placeholder="203.0.113.10" required autoComplete="off" />
            <TextField label={t('lastIp')} name="lastIp" error={errorOf('lastIp')} placeholder="203.0.113.99" required autoComplete="off" />
            <TextField label={t('prefixLength')} name="prefixLength" type="number" defaultValue={24} error={errorOf('prefixLength')} required />
            <TextField label={t('gateway')} name="gateway" error={errorOf('gateway')} placeholder="203.0.113.1" autoComplete="off" />
          </div>
        </>
      )}
    </FormDialog>
  );
}
