'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { TextField } from '@nephos/ui/field';
import { Td, Th } from '@nephos/ui/table';
import { useSay } from '@nephos/ui/toast';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState, type SubmitEvent } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ListPanel } from '../shell/list-panel.tsx';
import { Ago, Copyable, ProblemNote } from '../shell/parts.tsx';
import { useUrlState } from '../shell/use-url-state.ts';

type ApiKey = Outputs['apiKey']['list']['items'][number];

export function ApiKeys() {
  const t = useTranslations('apiKey');
  const api = useApi();
  const cursor = useUrlState().get('cursor');
  const query = useQuery(api.apiKey.list.queryOptions(cursor ? { cursor } : {}));
  const [isAdding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<ApiKey>();
  const addButton = (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus size={15} aria-hidden />
      {t('add')}
    </Button>
  );
  return (
    <>
      <p className="mb-4 text-ink-soft">{t('about')}</p>
      <ListPanel
        label={t('title')}
        title={t('title')}
        actions={query.data?.items.length ? addButton : undefined}
        query={query}
        empty={{ title: t('empty'), about: t('emptyAbout'), action: addButton }}
        columns={[t('name'), t('created'), t('lastUsed'), <Th key="revoke" aria-label={t('revoke')} />]}
        row={(key) => (
          <tr className="hover:bg-sunken">
            <Td className="max-w-64 min-w-32 font-medium break-words" dir="auto">
              {key.name}
            </Td>
            <Td className="text-ink-soft">
              <Ago time={key.createdAt} />
            </Td>
            <Td className="text-ink-soft">{key.lastUsedAt ? <Ago time={key.lastUsedAt} /> : t('never')}</Td>
            <Td className="text-right">
              {key.revokedAt ? (
                <span className="text-ink-soft">{t('revoked')}</span>
              ) : (
                <Button look="danger" onClick={() => setDoomed(key)}>
                  {t('revoke')}
                </Button>
              )}
            </Td>
          </tr>
        )}
      />
      {isAdding && <AddDialog onClose={() => setAdding(false)} />}
      {doomed && <RevokeDialog apiKey={doomed} onClose={() => setDoomed(undefined)} />}
    </>
  );
}

/** First it asks for a name, then it shows the token, this once. */
function AddDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations('apiKey');
  const shell = useTranslations('shell');
  const api = useApi();
  const create = useMutation(api.apiKey.create.mutationOptions());
  const problem = create.error ? problemOf(create.error) : undefined;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get('name');
    create.mutate({ name: typeof name === 'string' ? name : '' });
  };
  if (create.data)
    return (
      <Dialog
        isOpen
        onClose={onClose}
        title={t('shown')}
        about={t('shownAbout')}
        actions={
          <Button look="primary" onClick={onClose}>
            {t('done')}
          </Button>
        }
      >
        <div className="rounded-md bg-sunken p-3">
          <Copyable text={create.data.token} what={t('name')} />
        </div>
      </Dialog>
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('add')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button type="submit" form="api-key" look="primary" isBusy={create.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id="api-key" onSubmit={submit} className="grid gap-4">
        {problem && !problem.fields.has('name') && <ProblemNote error={create.error} />}
        <TextField
          label={t('name')}
          name="name"
          hint={t('nameHint')}
          error={problem?.fields.get('name')}
          maxLength={255}
          required
          autoComplete="off"
        />
      </form>
    </Dialog>
  );
}

function RevokeDialog({ apiKey: { id: apiKeyId, name }, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const t = useTranslations('apiKey');
  const shell = useTranslations('shell');
  const api = useApi();
  const say = useSay();
  const revoke = useMutation(
    api.apiKey.revoke.mutationOptions({
      onSuccess: () => {
        say({ tone: 'plain', text: t('revokedNow', { name }) });
        onClose();
      },
    }),
  );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('revokeAsk', { name })}
      about={t('revokeAbout')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button look="danger" isBusy={revoke.isPending} onClick={() => revoke.mutate({ apiKeyId })}>
            {t('revoke')}
          </Button>
        </>
      }
    >
      <ProblemNote error={revoke.error} />
    </Dialog>
  );
}
