'use client';
import { Badge, type Tone } from '@nephos/ui/badge';
import type { InstanceState } from '@nephos/model/instance/state';
import { useTranslations } from 'next-intl';

const TONES = {
  deploying: 'busy',
  starting: 'busy',
  running: 'good',
  stopping: 'busy',
  stopped: 'quiet',
  rebooting: 'busy',
  unknown: 'warn',
  destroying: 'busy',
  destroyed: 'bad',
  recovering: 'busy',
  expunging: 'busy',
  expunged: 'quiet',
} as const satisfies Record<InstanceState, Tone>;

export function InstanceStateBadge({ state }: { state: InstanceState }) {
  const t = useTranslations('instance.states');
  return <Badge tone={TONES[state]}>{t(state)}</Badge>;
}
