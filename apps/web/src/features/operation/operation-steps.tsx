'use client';
import { Skeleton } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { Took } from './operation-words.tsx';

type Step = Outputs['operation']['get']['steps'][number];

const ICONS = {
  running: { Icon: LoaderCircle, look: 'animate-spin text-accent' },
  succeeded: { Icon: CircleCheck, look: 'text-good' },
  failed: { Icon: CircleX, look: 'text-bad' },
  stuck: { Icon: CircleAlert, look: 'text-bad' },
} as const;

/** Each step as it happens. */
export function OperationSteps({ operationId }: { operationId: string }) {
  const t = useTranslations('operation');
  const shell = useTranslations('shell');
  const api = useApi();
  const { data } = useQuery(api.operation.get.queryOptions({ operationId }));
  if (!data) return <Skeleton label={shell('loading')} rows={3} />;
  const running = data.attempts.findLast(({ state, fraction }) => state === 'running' && fraction !== null);
  return (
    <div aria-live="polite">
      {data.steps.length === 0 && data.endedAt === null && <p className="px-4 pb-3 text-ink-soft">{t('waiting')}</p>}
      <ol className="grid gap-1.5 px-4 pb-3" aria-label={t('steps')}>
        {data.steps.map((step) => (
          <StepLine
            key={`${step.position}-${step.isUndo}`}
            step={step}
            fraction={step.state === 'running' ? (running?.fraction ?? undefined) : undefined}
          />
        ))}
      </ol>
      {data.error && <p className="px-4 pb-3 break-words text-bad">{data.error.message}</p>}
    </div>
  );
}

function StepLine({ step, fraction }: { step: Step; fraction: number | undefined }) {
  const t = useTranslations('operation');
  const { Icon, look } = ICONS[step.state];
  return (
    <li className="grid grid-cols-[1rem_1fr_auto] items-start gap-x-2">
      <Icon size={15} className={`mt-[3px] ${look}`} aria-label={t(`stepStates.${step.state}`)} role="img" />
      <span className="min-w-0 break-words">
        {step.isUndo && <span className="text-warn">{t('undo')}: </span>}
        {step.name}
        {step.error && <span className="block text-xs text-bad">{step.error.message}</span>}
        {fraction !== undefined && (
          <span className="mt-1 flex items-center gap-2">
            <progress value={fraction} max={1} className="h-1.5 w-full accent-accent" aria-label={step.name} />
            <span className="text-xs text-ink-soft">{t('percent', { fraction })}</span>
          </span>
        )}
      </span>
      <span className="text-xs leading-5.25 whitespace-nowrap text-ink-soft">
        <Took from={step.startedAt} to={step.endedAt} />
      </span>
    </li>
  );
}
