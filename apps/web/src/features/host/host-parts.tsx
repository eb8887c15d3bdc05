'use client';
import { Badge, type Tone } from '@nephos/ui/badge';
import { Meter } from '@nephos/ui/meter';
import { Tag } from '@nephos/ui/tag';
import { useFormatter, useTranslations } from 'next-intl';
import type { Outputs } from '../../trpc/api.tsx';
import { useBytes } from '../shell/parts.tsx';

export type Host = Outputs['host']['update'];

export const HYPERVISORS = ['kvm', 'simulator'] as const;

export function hypervisorOf(text: string): (typeof HYPERVISORS)[number] {
  return HYPERVISORS.find((one) => one === text) ?? 'kvm';
}

const MIB = 1024 ** 2;
const MHZ_PER_GHZ = 1_000;

/** As a person sees it: `registered` is two things, and one that speaks another contract is silent for a reason. */
export function situationOf({ state, isJoined, needsUpdate }: Pick<Host, 'state' | 'isJoined' | 'needsUpdate'>) {
  if (needsUpdate) return 'outdated' as const;
  if (state !== 'registered') return state;
  return isJoined ? ('joined' as const) : ('awaited' as const);
}

const TONES = { connected: 'good', disconnected: 'bad', outdated: 'bad', awaited: 'warn', joined: 'busy' } as const satisfies Record<string, Tone>;

export function HostBadges({ host }: { host: Host }) {
  const t = useTranslations('host');
  const situation = situationOf(host);
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Badge tone={TONES[situation]}>{t(`situation.${situation}`)}</Badge>
      {!host.isEnabled && <Tag>{t('disabled')}</Tag>}
    </span>
  );
}

/** What is claimed of what may be. A host that has not reported has nothing to claim. */
export function CpuMeter({ host: { claimed, capacity }, isBare = false }: { host: Host; isBare?: boolean }) {
  const t = useTranslations('host');
  const format = useFormatter();
  const ghz = (mhz: number) => format.number(mhz / MHZ_PER_GHZ, { maximumFractionDigits: 1 });
  if (capacity.cpuMhz === 0) return <span className="text-ink-soft">–</span>;
  const text = t('cpuOf', { used: ghz(claimed.cpuMhz), capacity: ghz(capacity.cpuMhz) });
  return <Meter label={t('cpu')} value={claimed.cpuMhz} max={capacity.cpuMhz} text={text} isBare={isBare} />;
}

export function MemoryMeter({ host: { claimed, capacity }, isBare = false }: { host: Host; isBare?: boolean }) {
  const t = useTranslations('host');
  const bytes = useBytes();
  if (capacity.memoryMib === 0) return <span className="text-ink-soft">–</span>;
  const text = t('of', { used: bytes(claimed.memoryMib * MIB), capacity: bytes(capacity.memoryMib * MIB) });
  return <Meter label={t('memory')} value={claimed.memoryMib} max={capacity.memoryMib} text={text} isBare={isBare} />;
}
