'use client';
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';

const SHOWN_MS = 1_500;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => void copy()}
      className="inline-grid size-6 place-items-center rounded align-middle text-ink-soft hover:bg-sunken hover:text-ink"
    >
      {isCopied ? <Check size={13} className="text-good" /> : <Copy size={13} />}
    </button>
  );
}
