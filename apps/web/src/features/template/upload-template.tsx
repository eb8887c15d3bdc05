'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { SelectField, TextField } from '@nephos/ui/field';
import { Note } from '@nephos/ui/panel';
import { Progress as ProgressBar } from '@nephos/ui/progress';
import { useSay } from '@nephos/ui/toast';
import { LIST_LIMIT_MAX } from '@nephos/model/limits';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { useApi, useApiClient } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { numberOf } from '../administration/read-form.ts';
import { textOf } from '../shell/form.ts';
import { ProblemNote, useBytes } from '../shell/parts.tsx';
import { hashFile, sendTemplate, type Progress } from './send-template.ts';
import { PublicCheck } from './public-check.tsx';
import { NameField } from '../administration/name-field.tsx';

const FIELDS = ['imageStoreId', 'name', 'description', 'sha256', 'sizeBytes', 'minMemoryMib'];
type Phase = 'hashing' | 'sending';

/** A checksum that somebody gave for the file is not the file's. */
class Mismatch extends Error {}

/**
 * Announces a template and sends its bytes. Its checksum is taken here first: the server refuses what arrives otherwise, and
 * whoever has the checksum of the file's maker can compare.
 */
export function UploadTemplate({ onClose }: { onClose: () => void }) {
  const t = useTranslations('catalogue');
  const shell = useTranslations('shell');
  const say = useSay();
  const api = useApi();
  const client = useApiClient();
  const stores = useQuery(api.imageStore.list.queryOptions({ limit: LIST_LIMIT_MAX })).data?.items ?? [];
  const [phase, setPhase] = useState<Phase>();
  const [progress, setProgress] = useState<Progress>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const upload = useMutation({
    mutationFn: async (form: FormData) => {
      const file = form.get('file');
      if (!(file instanceof File) || file.size === 0) throw new Mismatch(t('noFile'));
      const { signal } = (stop.current = new AbortController());
      setPhase('hashing');
      const sha256 = await hashFile(file, setProgress, signal);
      const expected = textOf(form, 'sha256').trim().toLowerCase();
      if (expected && expected !== sha256) throw new Mismatch(t('checksumDiffers', { sha256 }));
      const { id, name } = await client.template.create.mutate({
        imageStoreId: textOf(form, 'imageStoreId'),
        name: textOf(form, 'name'),
        description: textOf(form, 'description'),
        minMemoryMib: numberOf(form, 'minMemoryMib'),
        isPublic: textOf(form, 'isPublic') === 'on',
        sha256,
        sizeBytes: file.size,
      });
      setPhase('sending');
      await sendTemplate(id, file, setProgress, signal);
      return name;
    },
    onSuccess: (name) => {
      say({ tone: 'plain', text: t('uploaded', { name }) });
      onClose();
    },
    onSettled: () => setPhase(undefined),
  });
  const problem = upload.error instanceof Mismatch ? undefined : upload.error ? problemOf(upload.error) : undefined;
  const errorOf = (field: string) => problem?.fields.get(field);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!upload.isPending) upload.mutate(new FormData(event.currentTarget));
  };
  return (
    <Dialog
      isOpen
      onClose={() => phase ?? onClose()}
      title={t('uploadTemplate')}
      about={t('uploadAbout')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button type="submit" form="upload-template" look="primary" isBusy={upload.isPending}>
            {t('upload')}
          </Button>
        </>
      }
    >
      <form id="upload-template" onSubmit={submit} className="grid min-w-0 gap-4">
        {problem && !FIELDS.some((field) => problem.fields.has(field)) && <ProblemNote error={upload.error} />}
        {upload.error instanceof Mismatch && (
          <Note tone="bad">
            <span className="break-all">{upload.error.message}</span>
          </Note>
        )}
        <fieldset disabled={upload.isPending} className="grid min-w-0 gap-4">
          <TextField label={t('file')} name="file" type="file" accept=".qcow2,.img" hint={t('fileHint')} error={errorOf('sizeBytes')} required />
          <NameField errorOf={errorOf} />
          <TextField label={t('description')} name="description" error={errorOf('description')} maxLength={1_000} autoComplete="off" />
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField label={t('imageStore')} name="imageStoreId" error={errorOf('imageStoreId')} required>
              {stores.map(({ id, name, zoneName }) => (
                <option key={id} value={id}>
                  {name} ({zoneName})
                </option>
              ))}
            </SelectField>
            <TextField label={t('minMemoryMib')} name="minMemoryMib" type="number" defaultValue={64} error={errorOf('minMemoryMib')} required />
          </div>
          <TextField label={t('sha256')} name="sha256" hint={t('sha256Hint')} error={errorOf('sha256')} autoComplete="off" spellCheck={false} />
          <PublicCheck isChecked />
        </fieldset>
        {phase && progress && <UploadProgress phase={phase} progress={progress} />}
      </form>
    </Dialog>
  );
}

function UploadProgress({ phase, progress: { doneBytes, totalBytes } }: { phase: Phase; progress: Progress }) {
  const t = useTranslations('catalogue');
  const host = useTranslations('host');
  const bytes = useBytes();
  const percent = Math.floor((doneBytes / totalBytes) * 100);
  return (
    <ProgressBar
      label={t(`phases.${phase}`)}
      value={doneBytes}
      max={totalBytes}
      text={`${percent} % · ${host('of', { used: bytes(doneBytes), capacity: bytes(totalBytes) })}`}
    />
  );
}
