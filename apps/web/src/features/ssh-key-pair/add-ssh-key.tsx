'use client';
import { Button, buttonClass } from '@nephos/ui/button';
import { Choices } from '@nephos/ui/choices';
import { CopyButton } from '@nephos/ui/copy-button';
import { Dialog } from '@nephos/ui/dialog';
import { TextArea, TextField } from '@nephos/ui/field';
import { Note } from '@nephos/ui/panel';
import { useSay } from '@nephos/ui/toast';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState, type SubmitEvent } from 'react';
import { useApiClient, type Outputs } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { textOf } from '../shell/form.ts';
import { ProblemNote } from '../shell/parts.tsx';
import { generateKeyPair } from './generate-key-pair.ts';

type SshKey = Outputs['sshKeyPair']['create'];
const WAYS = ['generate', 'own'] as const;
type Way = (typeof WAYS)[number];

/** Keeps a public key under a name: one's own, or that of a pair which is made here and whose private half never leaves the browser. */
export function AddSshKey({ onClose, onAdded, way: firstWay = 'own' }: { onClose: () => void; onAdded?: (key: SshKey) => void; way?: Way }) {
  const t = useTranslations('sshKey');
  const shell = useTranslations('shell');
  const say = useSay();
  const client = useApiClient();
  const [way, setWay] = useState<Way>(firstWay);
  const add = useMutation({
    mutationFn: async ({ name, publicKey }: { name: string; publicKey: string | undefined }) => {
      const made = publicKey === undefined ? await generateKeyPair(name, crypto.subtle) : undefined;
      const key = await client.sshKeyPair.create.mutate({ name, publicKey: made?.publicKey ?? publicKey ?? '' });
      return { key, privateKey: made?.privateKey };
    },
    onSuccess: ({ key, privateKey }) => {
      onAdded?.(key);
      if (privateKey !== undefined) return; // it is shown first
      say({ tone: 'plain', text: t('saved', { name: key.name }) });
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation(); // React tells a form around this dialog too
    const form = new FormData(event.currentTarget);
    if (!add.isPending) add.mutate({ name: textOf(form, 'name'), publicKey: way === 'own' ? textOf(form, 'publicKey') : undefined });
  };
  if (add.data?.privateKey !== undefined) return <PrivateKey name={add.data.key.name} privateKey={add.data.privateKey} onClose={onClose} />;

  const fields = add.error ? problemOf(add.error).fields : undefined;
  const isElsewhere = add.error && !fields?.has('name') && !(way === 'own' && fields?.has('publicKey'));
  const canGenerate = 'subtle' in crypto;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('add')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button
            type="submit"
            form="ssh-key"
            look="primary"
            isBusy={add.isPending}
            reason={way === 'generate' && !canGenerate ? t('cannotGenerate') : undefined}
          >
            {way === 'generate' ? t('generate') : t('add')}
          </Button>
        </>
      }
    >
      <form id="ssh-key" onSubmit={submit} className="grid gap-4">
        {isElsewhere && <ProblemNote error={add.error} />}
        <Choices label={t('way')} value={way} choices={WAYS.map((value) => ({ value, text: t(`ways.${value}`) }))} onChange={setWay} />
        <TextField label={t('name')} name="name" error={fields?.get('name')} maxLength={255} required autoComplete="off" />
        {way === 'own' ? (
          <TextArea label={t('publicKey')} name="publicKey" hint={t('publicKeyHint')} error={fields?.get('publicKey')} required spellCheck={false} />
        ) : canGenerate ? (
          <p className="text-ink-soft">{t('generateAbout')}</p>
        ) : (
          <Note tone="warn">{t('cannotGenerate')}</Note>
        )}
      </form>
    </Dialog>
  );
}

/** This once. Only the button closes it: nobody has it afterwards. */
function PrivateKey({ name, privateKey, onClose }: { name: string; privateKey: string; onClose: () => void }) {
  const t = useTranslations('sshKey');
  const [url] = useState(() => URL.createObjectURL(new Blob([privateKey], { type: 'application/x-pem-file' })));
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <Dialog
      isOpen
      isWide
      onClose={() => undefined}
      title={t('private')}
      about={t('privateAbout')}
      actions={
        <>
          <a href={url} download={`${fileNameOf(name)}.key`} className={buttonClass()}>
            <Download size={14} aria-hidden />
            {t('download')}
          </a>
          <Button look="primary" onClick={onClose}>
            {t('kept')}
          </Button>
        </>
      }
    >
      <div className="relative min-w-0 rounded-md bg-sunken">
        <pre className="p-3 pr-10 text-xs break-all whitespace-pre-wrap" aria-label={t('private')}>
          {privateKey}
        </pre>
        <span className="absolute top-2 right-2">
          <CopyButton text={privateKey} label={t('copyPrivate')} />
        </span>
      </div>
    </Dialog>
  );
}

function fileNameOf(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[-.]+|-+$/g, '') || 'nephos';
}
