'use client';
import { Button, buttonClass } from '@nephos/ui/button';
import { SelectField, TextArea, TextField } from '@nephos/ui/field';
import { Note, PageHead, Panel } from '@nephos/ui/panel';
import { useSay } from '@nephos/ui/toast';
import { DEPLOY_AT_ONCE_MAX } from '@nephos/model/limits';
import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState, type SubmitEvent } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ProblemNote, useBytes } from '../shell/parts.tsx';
import { ToastLink } from '../shell/toast-link.tsx';
import { chosenOf, useChoices } from './deploy-choices.ts';
import { EMPTY_DEPLOY, toDeployInput, type DeployFields } from './deploy-input.ts';
import { DeploySummary } from './deploy-summary.tsx';

const AddSshKey = dynamic(() => import('../ssh-key-pair/add-ssh-key.tsx').then((module) => module.AddSshKey), { ssr: false });

const MIB = 1024 ** 2;
/** Those that show what the server says of them. */
const FIELDS = ['zoneId', 'name', 'templateId', 'computeOfferingId', 'networkId', 'sshKeyPairId', 'userData', 'count'];

export function DeployForm() {
  const t = useTranslations('deploy');
  const shell = useTranslations('shell');
  const [form, setForm] = useState(EMPTY_DEPLOY);
  const set = (change: Partial<DeployFields>) => setForm((before) => ({ ...before, ...change }));
  const choices = useChoices();
  const chosen = chosenOf(choices, form);
  const deploy = useDeploy();
  const problem = deploy.error ? problemOf(deploy.error) : undefined;
  const isElsewhere = problem && !FIELDS.some((field) => problem.fields.has(field));
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!deploy.isPending) deploy.mutate(toDeployInput({ ...form, zoneId: chosen.zone?.id ?? '', networkId: chosen.network?.id ?? '' }));
  };
  /** What every field has in common. */
  const bind = (field: Exclude<keyof DeployFields, 'wantsPassword'>) => ({
    label: t(field),
    error: problem?.fields.get(field),
    value: form[field],
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
  });

  const { zones, templates, offerings, keys, account } = choices;
  const networks = choices.networks.filter(({ zoneId }) => zoneId === chosen.zone?.id);
  const ownNetwork = networks.length > 0 ? undefined : t('ownNetwork', { cidr: chosen.zone?.guestCidr ?? '–' });
  const sizeOf = useSize();
  return (
    <>
      <PageHead title={t('title')} />
      <form onSubmit={submit} className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Panel>
          <div className="grid gap-4 p-4">
            {isElsewhere && <ProblemNote error={deploy.error} />}
            {templates?.length === 0 && <Note tone="warn">{t('noTemplates')}</Note>}
            <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_8rem]">
              <TextField
                {...bind('name')}
                hint={t('nameHint')}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={63}
                required
                autoFocus
              />
              <TextField {...bind('count')} type="number" min={1} max={DEPLOY_AT_ONCE_MAX} required />
            </div>
            {zones.length > 1 && (
              <SelectField {...bind('zoneId')} required>
                <Options first={t('choose')} of={zones} />
              </SelectField>
            )}
            <div className="grid gap-4 sm:grid-cols-2">
              <SelectField {...bind('templateId')} required>
                <Options first={t('choose')} of={templates ?? []} />
              </SelectField>
              <SelectField {...bind('computeOfferingId')} hint={chosen.offering && sizeOf(chosen.offering)} required>
                <Options first={t('choose')} of={offerings} />
              </SelectField>
              <SelectField {...bind('networkId')} hint={ownNetwork && t('ownNetworkHint')}>
                {ownNetwork ? (
                  <option value="">{ownNetwork}</option>
                ) : (
                  <Options first={t('default')} of={networks.map(({ id, name, cidr }) => ({ id, name: `${name} (${cidr})` }))} />
                )}
              </SelectField>
              <SshKeyField bind={bind('sshKeyPairId')} keys={keys} onAdded={(sshKeyPairId) => set({ sshKeyPairId })} />
            </div>
            <label className="flex items-center gap-2">
              <input
                type="checkbox"
                checked={form.wantsPassword}
                onChange={(event) => set({ wantsPassword: event.target.checked })}
                className="size-4 accent-accent"
              />
              {t('wantsPassword')}
            </label>
            <TextArea {...bind('userData')} hint={t('userDataHint')} spellCheck={false} />
          </div>
        </Panel>
        <div className="lg:sticky lg:top-4">
          <DeploySummary form={form} chosen={chosen} networkName={chosen.network?.name ?? ownNetwork ?? t('default')} account={account}>
            <Button type="submit" look="primary" isBusy={deploy.isPending} className="h-9">
              {t('submit')}
            </Button>
            <Link href={pathTo.instances()} className={buttonClass('quiet')}>
              {shell('cancel')}
            </Link>
          </DeploySummary>
        </div>
      </form>
    </>
  );
}

interface SshKeyFieldProps {
  bind: { label: string; error: string | undefined; value: string; onChange: (event: { target: { value: string } }) => void };
  keys: readonly { id: string; name: string }[];
  onAdded: (sshKeyPairId: string) => void;
}

/** A key that is there, or a new one. */
function SshKeyField({ bind, keys, onAdded }: SshKeyFieldProps) {
  const t = useTranslations('deploy');
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="flex items-start gap-2">
      <div className="min-w-0 grow">
        <SelectField {...bind}>
          <Options first={t('noKey')} of={keys} />
        </SelectField>
      </div>
      <Button className="mt-6 h-9" onClick={() => setAdding(true)}>
        <KeyRound size={14} aria-hidden />
        {t('newKey')}
      </Button>
      {isAdding && <AddSshKey way="generate" onClose={() => setAdding(false)} onAdded={({ id }) => onAdded(id)} />}
    </div>
  );
}

function Options({ first, of }: { first: string; of: readonly { id: string; name: string }[] }) {
  return (
    <>
      <option value="">{first}</option>
      {of.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </>
  );
}

function useSize() {
  const instance = useTranslations('instance');
  const bytes = useBytes();
  return ({ cpuCount, cpuMhz, memoryMib }: { cpuCount: number; cpuMhz: number; memoryMib: number }) =>
    instance('sizeOf', { cpuCount, cpuMhz, memory: bytes(memoryMib * MIB) });
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
