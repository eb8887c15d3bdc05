'use client';
import { Table, Td, Th } from '@nephos/ui/table';
import { CircleAlert, CircleCheck, CircleX, Hourglass, LoaderCircle } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type { Outputs } from '../../trpc/api.tsx';
import { useIsAdministrator } from '../administration/use-is-administrator.ts';
import { useClock } from '../shell/use-clock.ts';
import { attemptsByStep, axisOf, barOf, ticksOf, type Axis } from './bars.ts';
import { Took, useDuration } from './operation-words.tsx';

type Detail = Outputs['operation']['get'];
type Attempt = Detail['attempts'][number];

const TICK_MS = 1_000;
const LOOKS = {
  waiting: { Icon: Hourglass, icon: 'text-ink-soft', bar: 'bg-line-strong' },
  running: { Icon: LoaderCircle, icon: 'animate-spin text-accent', bar: 'bg-accent' },
  succeeded: { Icon: CircleCheck, icon: 'text-good', bar: 'bg-good' },
  undone: { Icon: CircleCheck, icon: 'text-warn', bar: 'bg-warn' },
  failed: { Icon: CircleX, icon: 'text-bad', bar: 'bg-bad' },
  stuck: { Icon: CircleAlert, icon: 'text-bad', bar: 'bg-bad' },
} as const;
type Look = keyof typeof LOOKS;

/** Each step as it happens, beside a picture of when. Administrators see what hosts did for it, attempt by attempt. */
export function OperationTimeline({ operation }: { operation: Detail }) {
  const t = useTranslations('operation');
  const isAdministrator = useIsAdministrator();
  const now = useClock(TICK_MS).getTime();
  const axis = axisOf(operation, now);
  const { createdAt, startedAt, endedAt, steps } = operation;
  const attempts = attemptsByStep(steps, isAdministrator ? operation.attempts : []);
  const whole = { axis, isAdministrator };
  return (
    <Table label={t('timeline')}>
      <thead>
        <tr>
          <Th className="md:min-w-60">{t('step')}</Th>
          <Th className="relative w-1/2 min-w-64 max-md:hidden">
            <span className="sr-only">{t('picture')}</span>
            <Ticks axis={axis} />
          </Th>
          {isAdministrator && <Th className="w-px max-md:hidden">{t('host')}</Th>}
          <Th className="w-px text-right max-md:hidden">{t('after')}</Th>
          <Th className="w-px text-right">{t('took')}</Th>
        </tr>
      </thead>
      <tbody>
        <Line {...whole} look="waiting" stateText={t('stepStates.waiting')} span={{ startedAt: createdAt, endedAt: startedAt ?? endedAt }}>
          <span className="text-ink-soft">{t((startedAt ?? endedAt) ? 'waited' : 'waiting')}</span>
        </Line>
        {steps.map((step) => (
          <Step key={step.position} {...whole} step={step} attempts={attempts.get(step.position) ?? []} />
        ))}
      </tbody>
    </Table>
  );
}

interface Whole {
  axis: Axis;
  isAdministrator: boolean;
}

function Step({ step, attempts, ...whole }: Whole & { step: Detail['steps'][number]; attempts: readonly Attempt[] }) {
  const t = useTranslations('operation');
  const look = step.isUndo && step.state === 'succeeded' ? 'undone' : step.state;
  return (
    <>
      <Line {...whole} look={look} stateText={t(`stepStates.${step.state}`)} span={step}>
        {step.isUndo && <span className="text-warn">{t('undo')}: </span>}
        {step.isUndo ? step.name.replace(/^undo: /, '') : step.name}
        <Failure error={step.error} />
      </Line>
      {attempts.map((attempt) => (
        <Line
          key={`${attempt.activityId}/${attempt.attempt}`}
          {...whole}
          isInner
          look={attempt.state}
          stateText={t(`stepStates.${attempt.state}`)}
          span={attempt}
          host={attempt.hostName}
        >
          <code className="font-mono text-xs">{attempt.activity}</code>{' '}
          <span className="text-xs text-ink-soft">
            {attempt.attempt > 1 && t('attempt', { attempt: attempt.attempt })}{' '}
            {attempt.state === 'running' && attempt.fraction !== null && t('percent', { fraction: attempt.fraction })}
          </span>
          {attempt.error?.message !== step.error?.message && <Failure error={attempt.error} />}
        </Line>
      ))}
    </>
  );
}

interface LineProps extends Whole {
  look: Look;
  stateText: string;
  span: { startedAt: string; endedAt: string | null };
  /** Belongs to the step above it. */
  isInner?: boolean;
  host?: string | null;
  children: ReactNode;
}

function Line({ axis, isAdministrator, look, stateText, span, isInner = false, host, children }: LineProps) {
  const duration = useDuration();
  const { Icon, icon } = LOOKS[look];
  const bar = <PictureBar axis={axis} look={look} span={span} isThin={isInner} />;
  return (
    <tr>
      <Td className={isInner ? 'pl-8' : ''}>
        <span className="grid grid-cols-[1rem_1fr] items-start gap-x-2">
          <Icon size={isInner ? 13 : 15} className={`mt-[3px] ${icon}`} aria-label={stateText} role="img" />
          <span className="min-w-0 break-words">
            {children}
            <span className="mt-1 grid gap-1 md:hidden">
              {host && <span className="text-xs text-ink-soft">{host}</span>}
              {bar}
            </span>
          </span>
        </span>
      </Td>
      <Td className="max-md:hidden">{bar}</Td>
      {isAdministrator && <Td className="whitespace-nowrap max-md:hidden">{host}</Td>}
      <Td className="text-right text-xs whitespace-nowrap text-ink-soft max-md:hidden">
        {duration(Math.max(0, Date.parse(span.startedAt) - axis.from), { isExact: true })}
      </Td>
      <Td className="text-right text-xs whitespace-nowrap">
        <Took from={span.startedAt} to={span.endedAt} />
      </Td>
    </tr>
  );
}

function PictureBar({ axis, look, span, isThin }: { axis: Axis; look: Look; span: LineProps['span']; isThin: boolean }) {
  const { left, width } = barOf(axis, span);
  return (
    <span aria-hidden className="relative block h-3 rounded-sm bg-sunken">
      <span
        className={`absolute min-w-0.5 rounded-sm ${isThin ? 'inset-y-1' : 'inset-y-0'} ${LOOKS[look].bar} ${look === 'stuck' ? 'animate-pulse' : ''}`}
        style={{ left: `${Math.min(left * 100, 99.5)}%`, width: `${width * 100}%` }}
      />
    </span>
  );
}

function Ticks({ axis }: { axis: Axis }) {
  const duration = useDuration();
  return (
    <span aria-hidden className="absolute inset-x-4 inset-y-0">
      {ticksOf(axis).map((ms) => {
        const share = ms / (axis.until - axis.from);
        return (
          <span
            key={ms}
            className={`absolute top-2 ${share > 0.9 ? '-translate-x-full' : share > 0 ? '-translate-x-1/2' : ''}`}
            style={{ left: `${share * 100}%` }}
          >
            {duration(ms, { isExact: true })}
          </span>
        );
      })}
    </span>
  );
}

function Failure({ error }: { error: { message: string } | null }) {
  return error && <span className="block text-xs text-bad">{error.message}</span>;
}
