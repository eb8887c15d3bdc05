'use client';
import { Badge, type Tone } from '@nephos/ui/badge';
import { isOperationKind } from '@nephos/model/operation-kind';
import type { OperationState } from '@nephos/model/operation/state';
import { useFormatter, useTranslations } from 'next-intl';
import type { Outputs } from '../../trpc/api.tsx';
import { useClock } from '../shell/use-clock.ts';

export type Operation = Outputs['operation']['list']['items'][number];

const TONES = {
  pending: 'quiet',
  running: 'busy',
  undoing: 'warn',
  stuck: 'bad',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'quiet',
} as const satisfies Record<OperationState, Tone>;

export function OperationStateBadge({ state }: { state: OperationState }) {
  const t = useTranslations('operation.states');
  return <Badge tone={TONES[state]}>{t(state)}</Badge>;
}

/** `Stop web-1`. */
export function useOperationName(): (operation: Pick<Operation, 'kind' | 'resource'>) => string {
  const t = useTranslations('operation');
  return ({ kind, resource }) => t('of', { what: isOperationKind(kind) ? t(`kind.${kind}`) : kind, name: resource.name });
}

/** `Stop an instance`, of no certain one. */
export function useKindName(): (kind: string) => string {
  const t = useTranslations('operation.kinds');
  return (kind) => (isOperationKind(kind) ? t(kind) : kind);
}

/** A length of time in words; `isExact` where it is over, with tenths of seconds and milliseconds. */
export function useDuration(): (ms: number, options: { isExact: boolean }) => string {
  const t = useTranslations('operation');
  const format = useFormatter();
  return (ms, { isExact }) => {
    const minutes = Math.floor(ms / 60_000);
    if (ms < 1_000) return isExact ? t('millis', { value: format.number(ms) }) : t('seconds', { value: 0 });
    if (ms < 60_000) return t('seconds', { value: format.number(ms / 1_000, { maximumFractionDigits: isExact ? 1 : 0 }) });
    if (minutes < 60) return t('minutes', { minutes, seconds: Math.floor(ms / 1_000) % 60 });
    return t('hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  };
}

/** How long something took, or has taken until now. */
export function Took({ from, to }: { from: string | null; to: string | null }) {
  const duration = useDuration();
  const now = useClock(1_000);
  if (!from) return '–';
  return duration(Math.max(0, (to ? Date.parse(to) : now.getTime()) - Date.parse(from)), { isExact: to !== null });
}
