import type { ReactNode } from 'react';

/** A word about what stands beside it. */
export function Tag({ tone = 'quiet', children }: { tone?: 'quiet' | 'accent' | 'good'; children: ReactNode }) {
  const look = { quiet: 'bg-sunken text-ink-soft', accent: 'bg-accent-soft text-accent', good: 'bg-good-soft text-good' }[tone];
  return <span className={`rounded px-1.5 py-0.5 font-sans text-xs font-medium whitespace-nowrap ${look}`}>{children}</span>;
}
