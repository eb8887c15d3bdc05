'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { PageHead } from '@nephos/ui/panel';
import { Td, Th } from '@nephos/ui/table';
import { useSay } from '@nephos/ui/toast';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { ListPanel } from '../shell/list-panel.tsx';
import { Ago, Copyable, ProblemNote } from '../shell/parts.tsx';
import { useUrlState } from '../shell/use-url-state.ts';

const AddSshKey = dynamic(() => import('./add-ssh-key.tsx').then((module) => module.AddSshKey), { ssr: false });

type SshKey = Outputs['sshKeyPair']['list']['items'][number];

export function SshKeys() {
  const t = useTranslations('sshKey');
  const api = useApi();
  const cursor = useUrlState().get('cursor');
  const query = useQuery(api.sshKeyPair.list.queryOptions(cursor ? { cursor } : {}));
  const [isAdding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<SshKey>();
  const addButton = (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus size={15} aria-hidden />
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHead title={t('title')} about={t('about')} actions={query.data?.items.length ? addButton : undefined} />
      <ListPanel
        label={t('title')}
        query={query}
        empty={{ title: t('empty'), about: t('emptyAbout'), action: addButton }}
        columns={[t('name'), t('fingerprint'), t('added'), <Th key="delete" aria-label={t('delete')} />]}
        row={(key) => (
          <tr className="hover:bg-sunken">
            <Td className="max-w-64 min-w-32 font-medium break-words" dir="auto">
              {key.name}
            </Td>
            <Td className="min-w-56">
              <Copyable text={key.fingerprint} what={t('fingerprint')} />
            </Td>
            <Td className="text-ink-soft">
              <Ago time={key.createdAt} />
            </Td>
            <Td className="text-right">
              <Button look="danger" onClick={() => setDoomed(key)}>
                {t('delete')}
              </Button>
            </Td>
          </tr>
        )}
      />
      {isAdding && <AddSshKey onClose={() => setAdding(false)} />}
      {doomed && <DeleteDialog sshKey={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}

function DeleteDialog({ sshKey: { id: sshKeyPairId, name }, onClose }: { sshKey: SshKey; onClose: () => void }) {
  const t = useTranslations('sshKey');
  const shell = useTranslations('shell');
  const api = useApi();
  const say = useSay();
  const remove = useMutation(
    api.sshKeyPair.delete.mutationOptions({
      onSuccess: () => {
        say({ tone: 'plain', text: t('deleted', { name }) });
        onClose();
      },
    }),
  );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('deleteAsk', { name })}
      about={t('deleteAbout')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate({ sshKeyPairId })}>
            {t('delete')}
          </Button>
        </>
      }
    >
      <ProblemNote error={remove.error} />
    </Dialog>
  );
}
