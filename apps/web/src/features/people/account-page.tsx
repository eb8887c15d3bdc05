'use client';
import { Badge } from '@nephos/ui/badge';
import { Button } from '@nephos/ui/button';
import { TextField } from '@nephos/ui/field';
import { Facts, Note, PageHead, Panel } from '@nephos/ui/panel';
import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowLeft, Pause, Play, SlidersHorizontal } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { Limits } from '../account/limits.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { numberOf } from '../administration/read-form.ts';
import { useSaved } from '../administration/use-saved.ts';
import { textOf } from '../shell/form.ts';
import { Ago, Copyable, Loading } from '../shell/parts.tsx';
import { NameField } from '../administration/name-field.tsx';

type Account = Outputs['account']['get'];
const LINK = 'text-accent hover:underline';

export function AccountPage({ accountId }: { accountId: string }) {
  const query = useQuery(useApi().account.get.queryOptions({ accountId }));
  return (
    <Loading query={query} rows={8}>
      {(account) => <OneAccount account={account} />}
    </Loading>
  );
}

function OneAccount({ account }: { account: Account }) {
  const t = useTranslations('people');
  const list = useTranslations('list');
  const [asked, setAsked] = useState<'edit' | 'switch'>();
  const close = () => setAsked(undefined);
  const Icon = account.isEnabled ? Pause : Play;
  return (
    <>
      <PageHead
        title={
          <span className="flex flex-wrap items-center gap-3">
            {account.name}
            {!account.isEnabled && <Badge tone="bad">{t('disabled')}</Badge>}
          </span>
        }
        about={
          <Link href={pathTo.accounts()} className="inline-flex items-center gap-1 hover:text-ink hover:underline">
            <ArrowLeft size={14} aria-hidden />
            {t('allAccounts')}
          </Link>
        }
        actions={
          <>
            <Button onClick={() => setAsked('edit')}>
              <SlidersHorizontal size={14} aria-hidden />
              {t('changeLimits')}
            </Button>
            <Button look={account.isEnabled ? 'danger' : 'plain'} onClick={() => setAsked('switch')}>
              <Icon size={14} aria-hidden />
              {t(account.isEnabled ? 'disable' : 'enable')}
            </Button>
          </>
        }
      />
      {!account.isEnabled && (
        <div className="mb-4">
          <Note tone="warn">{t('accountDisabledAbout')}</Note>
        </div>
      )}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Panel title={t('limits')}>
          <div className="grid gap-4 p-4">
            <Limits account={account} />
          </div>
        </Panel>
        <Panel title={t('aboutAccount')}>
          <Facts
            items={[
              [
                t('users'),
                <Link key="users" href={pathTo.users(`account=${account.id}`)} className={LINK}>
                  {t('usersOf', { count: account.userCount })}
                </Link>,
              ],
              [
                t('instances'),
                <Link key="instances" href={pathTo.allInstances(`account=${account.id}`)} className={LINK}>
                  {t('instancesOf', { count: account.used.instances })}
                </Link>,
              ],
              [
                t('events'),
                <Link key="events" href={pathTo.audit(`account=${account.id}`)} className={LINK}>
                  {t('eventsOf')}
                </Link>,
              ],
              [list('created'), <Ago key="created" time={account.createdAt} />],
              [t('id'), <Copyable key="id" text={account.id} what={t('id')} />],
            ]}
          />
        </Panel>
      </div>
      {asked === 'edit' && <EditAccount account={account} onClose={close} />}
      {asked === 'switch' && <SwitchAccount account={account} onClose={close} />}
    </>
  );
}

function EditAccount({ account: { id: accountId, name, limits }, onClose }: { account: Account; onClose: () => void }) {
  const t = useTranslations('people');
  const list = useTranslations('list');
  const shared = useTranslations('account');
  const update = useMutation(useApi().account.update.mutationOptions(useSaved(onClose)));
  return (
    <FormDialog
      title={t('limitsOf', { name })}
      about={t('limitsAbout')}
      submit={list('save')}
      order={update}
      onClose={onClose}
      fields={['name', 'maxInstances', 'maxVcpus', 'maxMemoryMib']}
      read={(form) => ({
        accountId,
        maxInstances: numberOf(form, 'maxInstances'),
        maxVcpus: numberOf(form, 'maxVcpus'),
        maxMemoryMib: numberOf(form, 'maxMemoryMib'),
        ...(textOf(form, 'name') !== name && { name: textOf(form, 'name') }),
      })}
    >
      {(errorOf) => (
        <>
          <NameField value={name} errorOf={errorOf} />
          <div className="grid gap-4 sm:grid-cols-3">
            <TextField
              label={shared('instances')}
              name="maxInstances"
              type="number"
              defaultValue={limits.instances}
              error={errorOf('maxInstances')}
              required
            />
            <TextField label={shared('vcpus')} name="maxVcpus" type="number" defaultValue={limits.vcpus} error={errorOf('maxVcpus')} required />
            <TextField
              label={t('memoryMib')}
              name="maxMemoryMib"
              type="number"
              defaultValue={limits.memoryMib}
              error={errorOf('maxMemoryMib')}
              required
            />
          </div>
        </>
      )}
    </FormDialog>
  );
}

function SwitchAccount({ account: { id: accountId, name, isEnabled }, onClose }: { account: Account; onClose: () => void }) {
  const t = useTranslations('people');
  const update = useMutation(useApi().account.update.mutationOptions(useSaved(onClose)));
  const verb = isEnabled ? 'disable' : 'enable';
  return (
    <FormDialog
      title={t(`switchAsk.${verb}`, { name })}
      about={t(`switchAccountAbout.${verb}`)}
      submit={t(verb)}
      isGrave={isEnabled}
      order={update}
      read={() => ({ accountId, isEnabled: !isEnabled })}
      onClose={onClose}
    />
  );
}
