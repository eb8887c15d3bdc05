'use client';
import { Button } from '@nephos/ui/button';
import { useSay } from '@nephos/ui/toast';
import { useMutation } from '@tanstack/react-query';
import { KeyRound, Pause, Play, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { FormDialog } from '../administration/form-dialog.tsx';
import { situationOf, type Host } from './host-parts.tsx';

const JoinCommand = dynamic(() => import('./join-command.tsx').then((module) => module.JoinCommand), { ssr: false });
const EditHost = dynamic(() => import('./edit-host.tsx').then((module) => module.EditHost), { ssr: false });

/** What an administrator does with a host. */
export function HostActions({ host }: { host: Host }) {
  const t = useTranslations('host');
  const [asked, setAsked] = useState<'switch' | 'join' | 'edit' | 'remove'>();
  const close = () => setAsked(undefined);
  const Icon = host.isEnabled ? Pause : Play;
  return (
    <>
      <Button look={situationOf(host) === 'awaited' ? 'primary' : 'plain'} onClick={() => setAsked('join')}>
        <KeyRound size={14} aria-hidden />
        {t('newCommand')}
      </Button>
      <Button onClick={() => setAsked('edit')}>
        <SlidersHorizontal size={14} aria-hidden />
        {t('edit')}
      </Button>
      <Button look={host.isEnabled ? 'danger' : 'plain'} onClick={() => setAsked('switch')}>
        <Icon size={14} aria-hidden />
        {t(host.isEnabled ? 'disable' : 'enable')}
      </Button>
      <Button look="danger" onClick={() => setAsked('remove')}>
        <Trash2 size={14} aria-hidden />
        {t('remove')}
      </Button>
      {asked === 'switch' && <SwitchDialog host={host} onClose={close} />}
      {asked === 'join' && <JoinDialog host={host} onClose={close} />}
      {asked === 'edit' && <EditHost host={host} onClose={close} />}
      {asked === 'remove' && <RemoveDialog host={host} onClose={close} />}
    </>
  );
}

function SwitchDialog({ host: { id: hostId, name, isEnabled }, onClose }: { host: Host; onClose: () => void }) {
  const t = useTranslations('host');
  const api = useApi();
  const say = useSay();
  const verb = isEnabled ? 'disable' : 'enable';
  const update = useMutation(
    api.host.update.mutationOptions({
      onSuccess: () => {
        say({ tone: 'plain', text: t(`switched.${verb}`, { name }) });
        onClose();
      },
    }),
  );
  return (
    <FormDialog
      title={t(`switchAsk.${verb}`, { name })}
      about={t(`switchAbout.${verb}`)}
      submit={t(verb)}
      isGrave={isEnabled}
      order={update}
      read={() => ({ hostId, isEnabled: !isEnabled })}
      onClose={onClose}
    />
  );
}

/** Plainly asked: nothing can be lost, since a host with anything on it is not removed. */
function RemoveDialog({ host: { id: hostId, name }, onClose }: { host: Host; onClose: () => void }) {
  const t = useTranslations('host');
  const api = useApi();
  const say = useSay();
  const router = useRouter();
  const remove = useMutation(
    api.host.remove.mutationOptions({
      onSuccess: () => {
        say({ tone: 'plain', text: t('removed', { name }) });
        router.push(pathTo.hosts());
      },
    }),
  );
  return (
    <FormDialog
      title={t('removeAsk', { name })}
      about={t('removeAbout')}
      submit={t('remove')}
      isGrave
      order={remove}
      read={() => ({ hostId })}
      onClose={onClose}
    />
  );
}

/** Earlier tokens end with a new one, so it asks first. */
function JoinDialog({ host: { id: hostId, name, isJoined }, onClose }: { host: Host; onClose: () => void }) {
  const t = useTranslations('host');
  const api = useApi();
  const create = useMutation(api.host.createJoinToken.mutationOptions());
  if (create.data) return <JoinCommand toJoin={create.data} onClose={onClose} />;
  return (
    <FormDialog
      title={t('newCommandAsk', { name })}
      about={t(isJoined ? 'newCommandAboutJoined' : 'newCommandAbout')}
      submit={t('newCommand')}
      order={create}
      read={() => ({ hostId })}
      onClose={onClose}
    />
  );
}
