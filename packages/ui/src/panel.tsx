import type { ReactNode } from 'react';

export function PageHead({ title, about, actions }: { title: ReactNode; about?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="mb-4 flex flex-wrap items-start justify-between gap-3">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold break-words">{title}</h1>
        {about && <div className="mt-1 text-ink-soft">{about}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

export function Panel({ title, actions, children }: { title?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="min-w-0 rounded-lg border border-line bg-panel" aria-label={title}>
      {title && (
        <div className="flex items-center justify-between gap-2 border-b border-line px-4 py-2.5">
          <h2 className="font-semibold">{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

/** Names and values, side by side where there is room. */
export function Facts({ items }: { items: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="divide-y divide-line">
      {items.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[8rem_1fr] gap-3 px-4 py-2">
          <dt className="text-ink-soft">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Empty({ title, about, action }: { title: string; about?: string; action?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 px-4 py-12 text-center">
      <p className="font-medium">{title}</p>
      {about && <p className="max-w-md text-ink-soft">{about}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

/** The shape of what is coming. */
export function Skeleton({ label, rows = 4 }: { label: string; rows?: number }) {
  return (
    <div role="status" aria-label={label} className="grid gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-4 animate-pulse rounded bg-sunken" style={{ width: `${90 - ((row * 17) % 45)}%` }} />
      ))}
    </div>
  );
}

export function Note({ tone, children }: { tone: 'warn' | 'bad' | 'busy'; children: ReactNode }) {
  const look = { warn: 'bg-warn-soft text-warn', bad: 'bg-bad-soft text-bad', busy: 'bg-accent-soft text-accent' }[tone];
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={`rounded-md px-3 py-2 ${look}`}>
      {children}
    </div>
  );
}
