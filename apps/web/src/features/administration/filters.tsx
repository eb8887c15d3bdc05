'use client';
import { CompactSelect } from '@nephos/ui/field';
import { ChevronDown } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { usePicked, type PickKind } from './use-named.ts';
import type { ListUrl } from './use-list-url.ts';

const Picker = dynamic(() => import('./picker.tsx').then((module) => module.Picker), { ssr: false });

interface ChoiceFilterProps<S extends string> {
  url: ListUrl<S>;
  name: string;
  label: string;
  /** When it doesn't matter. */
  all: string;
  choices: readonly (readonly [value: string, text: string])[];
}

/** A filter of a few values, in the address under its name. */
export function ChoiceFilter<S extends string>({ url, name, label, all, choices }: ChoiceFilterProps<S>) {
  return (
    <CompactSelect label={label} value={url.get(name)} onChange={(event) => url.filter({ [name]: event.target.value })}>
      <option value="">{all}</option>
      {choices.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </CompactSelect>
  );
}

interface PickFilterProps<S extends string> {
  url: ListUrl<S>;
  kind: PickKind;
  label: string;
  all: string;
}

/** A filter by one thing of a kind, by its id in the address under the kind's name. */
export function PickFilter<S extends string>({ url, kind, label, all }: PickFilterProps<S>) {
  const [isOpen, setOpen] = useState(false);
  const id = url.get(kind);
  const picked = usePicked(kind, id);
  const text = id ? (picked?.name ?? '…') : all;
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        aria-label={`${label}: ${text}`}
        onClick={() => setOpen(true)}
        className={`inline-flex h-8 max-w-56 items-center gap-1.5 rounded-md border px-2.5 hover:bg-sunken ${id ? 'border-accent text-accent' : 'border-line-strong bg-panel'}`}
      >
        <span className="truncate">{text}</span>
        <ChevronDown size={14} className="shrink-0" aria-hidden />
      </button>
      {isOpen && (
        <Picker kind={kind} label={label} none={all} onPick={(one) => url.filter({ [kind]: one?.id ?? '' })} onClose={() => setOpen(false)} />
      )}
    </>
  );
}
