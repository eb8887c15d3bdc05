'use client';
import { Button, buttonClass } from '@nephos/ui/button';
import { SelectField, TextArea, TextField } from '@nephos/ui/field';
import { Facts, Note, PageHead, Panel } from '@nephos/ui/panel';
import { useSay } from '@nephos/ui/toast';
import { DEPLOY_AT_ONCE_MAX, LIST_LIMIT_MAX } from '@nephos/model/limits';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState, type SubmitEvent } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ProblemNote, useBytes } from '../shell/parts.tsx';
import { ToastLink } from '../shell/toast-link.tsx';

const MIB = 1024 ** 2;
const ALL = { limit: LIST_LIMIT_MAX };
const FIELDS = ['zoneId', 'name', 'templateId', 'computeOfferingId', 'sshKeyPairId', 'userData', 'count'];
const EMPTY = { zoneId: '', name: '', templateId: '', computeOfferingId: '', sshKeyPairId: '', userData: '', count: '1', wantsPassword: false };

export function DeployForm() {
  const t = useTranslations('deploy');
  const shell = useTranslations('shell');
  const instance = useTranslations('instance');
  const bytes = useBytes();
  const [form, setForm] = useState(EMPTY);
  const set = (change: Partial<typeof EMPTY>) => setForm((before) => ({ ...before, ...change }));
  const { zones, templates, offerings, keys, account } = useChoices();
  const deploy = useDeploy();
  const problem = deploy.error ? problemOf(deploy.error) : undefined;
  const errorOf = (field: string) => problem?.fields.get(field);
  const isElsewhere = problem && !FIELDS.some((field) => problem.fields.has(field));

  const zoneId = form.zoneId || (zones.length === 1 ? (zones[0]?.id ?? '') : '');
  const template = templates.find(({ id }) => id === form.templateId);
  const offering = offerings.find(({ id }) => id === form.computeOfferingId);
  const key = keys.find(({ id }) => id === form.sshKeyPairId);
  const sizeOf = ({ cpuCount, cpuMhz, memoryMib }: { cpuCount: number; cpuMhz: number; memoryMib: number }) =>
    instance('sizeOf', { cpuCount, cpuMhz, memory: bytes(memoryMib * MIB) });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!deploy.isPending) deploy.mutate(toInput({ ...form, zoneId }));
  };

  return (
    <>
      <PageHead title={t('title')} />
      <form onSubmit={submit} className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Panel>
          <div className="grid gap-4 p-4">
            {isElsewhere && <ProblemNote error={deploy.error} />}
            {templates.length === 0 && account && <Note tone="warn">{t('noTemplates')}</Note>}
            <TextField
              label={t('name')}
              hint={t('nameHint')}
              error={errorOf('name')}
              value={form.name}
              onChange={(event) => set({ name: event.target.value })}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={63}
              required
              autoFocus
            />
            {zones.length > 1 && (
              <SelectField
                label={t('zone')}
                error={errorOf('zoneId')}
                value={form.zoneId}
                onChange={(event) => set({ zoneId: event.target.value })}
                required
              >
                <option value="">{t('choose')}</option>
                <Options of={zones} />
              </SelectField>
            )}
            <div className="grid gap-4 sm:grid-cols-2">
              <SelectField
                label={t('template')}
                error={errorOf('templateId')}
                value={form.templateId}
                onChange={(event) => set({ templateId: event.target.value })}
                required
              >
                <option value="">{t('choose')}</option>
                <Options of={templates} />
              </SelectField>
              <SelectField
                label={t('offering')}
                hint={offering && sizeOf(offering)}
                error={errorOf('computeOfferingId')}
                value={form.computeOfferingId}
                onChange={(event) => set({ computeOfferingId: event.target.value })}
                required
              >
                <option value="">{t('choose')}</option>
                <Options of={offerings} />
              </SelectField>
              <SelectField
                label={t('sshKey')}
                error={errorOf('sshKeyPairId')}
                value={form.sshKeyPairId}
                onChange={(event) => set({ sshKeyPairId: event.target.value })}
              >
                <option value="">{t('noKey')}</option>
                <Options of={keys} />
              </SelectField>
              <TextField
                label={t('count')}
                hint={t('countHint')}
                error={errorOf('count')}
                type="number"
                min={1}
                max={DEPLOY_AT_ONCE_MAX}
                value={form.count}
                onChange={(event) => set({ count: event.target.value })}
                required
              />
            </div>
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={form.wantsPassword}
                onChange={(event) => set({ wantsPassword: event.target.checked })}
                className="size-4 accent-accent"
              />
              {t('password')}
            </label>
            <TextArea
              label={t('userData')}
              hint={t('userDataHint')}
              error={errorOf('userData')}
              value={form.userData}
              onChange={(event) => set({ userData: event.target.value })}
              spellCheck={false}
            />
          </div>
        </Panel>
        <div className="lg:sticky lg:top-4">
          <Panel title={t('summary')}>
            <Facts
              items={[
                [t('name'), form.name || '–'],
                [t('zone'), zones.find(({ id }) => id === zoneId)?.name ?? '–'],
                [t('template'), template?.name ?? '–'],
                [t('offering'), offering?.name ?? '–'],
                [t('sshKey'), key?.name ?? t('noKey')],
                [t('count'), form.count],
              ]}
            />
            <div className="grid gap-3 border-t border-line p-4">
              {account && <p className="text-xs text-ink-soft">{t('usage', { used: account.used.instances, limit: account.limits.instances })}</p>}
              <Button type="submit" look="primary" isBusy={deploy.isPending} className="h-9">
                {t('submit')}
              </Button>
              <Link href={pathTo.instances()} className={buttonClass('quiet')}>
                {shell('cancel')}
              </Link>
            </div>
          </Panel>
        </div>
      </form>
    </>
  );
}

function Options({ of }: { of: readonly { id: string; name: string }[] }) {
  return of.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ));
}

function useChoices() {
  const api = useApi();
  const zones = useQuery(api.zone.list.queryOptions(ALL)).data?.items ?? [];
  const templates = useQuery(api.template.list.queryOptions({ ...ALL, state: ['ready'] })).data?.items ?? [];
  const offerings = useQuery(api.computeOffering.list.queryOptions({ ...ALL, isEnabled: true })).data?.items ?? [];
  const keys = useQuery(api.sshKeyPair.list.queryOptions(ALL)).data?.items ?? [];
  const account = useQuery(api.account.mine.queryOptions()).data;
  return { zones, templates, offerings, keys, account };
}

function useDeploy() {
  const api = useApi();
  const router = useRouter();
  const say = useSay();
  const t = useTranslations('deploy');
  const watch = useTranslations('instance');
  return useMutation(
    api.instance.deploy.mutationOptions({
      onSuccess: ([first, ...others], { name }) => {
        const count = others.length + 1;
        say({
          tone: 'plain',
          text: t('created', { count, name }),
          ...(first && { link: <ToastLink href={pathTo.operation(first.id)}>{watch('watch')}</ToastLink> }),
        });
        router.push(first && count === 1 ? pathTo.instance(first.resource.id) : pathTo.instances());
      },
    }),
  );
}

function toInput({ sshKeyPairId, userData, count, wantsPassword, ...named }: typeof EMPTY) {
  return {
    ...named,
    count: Number(count),
    ...(sshKeyPairId && { sshKeyPairId }),
    ...(userData && { userData: toBase64(userData) }),
    ...(wantsPassword && { wantsPassword }),
  };
}

function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
