'use client';
import { Button } from '@nephos/ui/button';
import { Dialog } from '@nephos/ui/dialog';
import { TextField } from '@nephos/ui/field';
import { Note } from '@nephos/ui/panel';
import { useSay } from '@nephos/ui/toast';
import { isErrorCode } from '@nephos/model/errors';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import { ProblemNote } from '../shell/parts.tsx';

type Detail = Outputs['operation']['get'];

/** Why it failed or can't go on, and for administrators what can be done about the latter. */
export function OperationProblem({ operation }: { operation: Detail }) {
  const t = useTranslations('operation');
  const { state, steps, error, can } = operation;
  const stuck = state === 'stuck' ? steps.findLast((step) => step.state === 'stuck') : undefined;
  const broken = stuck ?? steps.find((step) => step.state === 'failed' && !step.isUndo);
  const why = stuck?.error ?? error;
  if (!why) return null;
  return (
    <div className="mb-4">
      <Note tone="bad">
        <p className="font-medium">
          {state === 'stuck' ? t('stuckAt', { step: broken?.name ?? '' }) : broken ? t('brokeAt', { step: broken.name }) : t('broke')}
        </p>
        <p className="mt-1 break-words">{why.message}</p>
        <Meaning code={why.code} />
        {state === 'stuck' && <p className="mt-2 text-ink">{can.resolve ? t('stuckAbout') : t('stuckWait')}</p>}
        {can.resolve && <StuckAnswers operation={operation} step={broken?.name ?? ''} />}
      </Note>
    </div>
  );
}

function Meaning({ code }: { code: string }) {
  const t = useTranslations('apiReference.codes');
  return (
    <p className="mt-1 text-xs">
      <code className="font-mono">{code}</code>
      {isErrorCode(code) && ` – ${t(code)}`}
    </p>
  );
}

function StuckAnswers({ operation: { id: operationId }, step }: { operation: Detail; step: string }) {
  const t = useTranslations('operation');
  const api = useApi();
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const retry = useMutation(
    api.operation.retryStuck.mutationOptions({
      onError: (error) => say({ tone: 'bad', text: problemOf(error).message }),
      onSuccess: () => say({ tone: 'plain', text: t('stuckRetried') }),
    }),
  );
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <Button look="primary" isBusy={retry.isPending} onClick={() => retry.mutate({ operationId })}>
        {t('retryStuck')}
      </Button>
      <Button onClick={() => setAsking(true)}>{t('resolveStuck')}</Button>
      {isAsking && <ResolveDialog operationId={operationId} step={step} onClose={() => setAsking(false)} />}
    </div>
  );
}

const REASON_MIN = 3;

/** Going on without a step needs a reason, which stays in the activity of the account. */
function ResolveDialog({ operationId, step, onClose }: { operationId: string; step: string; onClose: () => void }) {
  const t = useTranslations('operation');
  const shell = useTranslations('shell');
  const api = useApi();
  const say = useSay();
  const [reason, setReason] = useState('');
  const resolve = useMutation(
    api.operation.resolveStuck.mutationOptions({
      onSuccess: () => {
        say({ tone: 'plain', text: t('stuckResolved') });
        onClose();
      },
    }),
  );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('resolveAsk', { step })}
      about={t('resolveAbout')}
      actions={
        <>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          <Button
            look="danger"
            type="submit"
            form="resolve"
            isBusy={resolve.isPending}
            reason={reason.trim().length < REASON_MIN ? t('reasonFirst') : undefined}
          >
            {t('resolve')}
          </Button>
        </>
      }
    >
      <form
        id="resolve"
        onSubmit={(event) => {
          event.preventDefault();
          resolve.mutate({ operationId, reason });
        }}
        className="grid gap-3"
      >
        <ProblemNote error={resolve.error} />
        <TextField
          label={t('reason')}
          hint={t('reasonHint')}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          minLength={REASON_MIN}
          maxLength={1_000}
          required
          autoComplete="off"
        />
      </form>
    </Dialog>
  );
}
