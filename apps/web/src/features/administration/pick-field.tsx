'use client';
import { ChevronDown } from 'lucide-react';
import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useId, useState, type ReactNode } from 'react';
import type { Picked, PickKind } from './use-named.ts';

const Picker = dynamic(() => import('./picker.tsx').then((module) => module.Picker), { ssr: false });

interface PickFieldProps {
  kind: PickKind;
  /** Of the form's field, whose value is the id. */
  name: string;
  label: string;
  hint?: ReactNode;
  error: string | undefined;
  first?: Picked | undefined;
  onPick?: (picked: Picked | undefined) => void;
}

/** A field for one thing of a kind, which is looked for by name. */
export function PickField({ kind, name, label, hint, error, first, onPick }: PickFieldProps) {
  const t = useTranslations('list');
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState<Picked>();
  const picked = chosen ?? first;
  const about = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className="grid content-start gap-1">
      <span className="font-medium">{label}</span>
      <input type="hidden" name={name} value={picked?.id ?? ''} />
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={`${label}: ${picked?.name ?? t('choose')}`}
        {...(about && { 'aria-describedby': about })}
        onClick={() => setOpen(true)}
        className={`flex h-9 w-full items-center justify-between gap-2 rounded-md border bg-panel px-2.5 text-left ${error ? 'border-bad' : 'border-line-strong'}`}
      >
        <span className={`truncate ${picked ? '' : 'text-ink-soft'}`}>{picked?.name ?? t('choose')}</span>
        <ChevronDown size={14} className="shrink-0 text-ink-soft" aria-hidden />
      </button>
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-ink-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-bad">
          {error}
        </p>
      )}
      {isOpen && (
        <Picker
          kind={kind}
          label={label}
          onPick={(one) => {
            setChosen(one);
            onPick?.(one);
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  );
}
