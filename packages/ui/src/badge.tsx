import type { ReactNode } from 'react';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

const TONES = {
  good: 'bg-good-soft text-good',
  busy: 'bg-accent-soft text-accent',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  quiet: 'bg-sunken text-ink-soft',
} as const satisfies Record<Tone, string>;

/** A state in one word, with a dot that moves while something happens. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}>
      <span aria-hidden className={`size-1.5 rounded-full bg-current ${tone === 'busy' ? 'animate-pulse' : ''}`} />
      {children}
    </span>
  );
}
