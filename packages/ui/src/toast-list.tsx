'use client';
import { X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import type { Toast } from './toast.tsx';

const SHOWN_MS = 6_000;

export interface ToastListProps {
  toasts: readonly (Toast & { id: number })[];
  onRemove: (id: number) => void;
  closeLabel: string;
  listLabel: string;
}

/** Short news at the edge of the page. Those of failures stay until they are put away. */
export function ToastList({ toasts, onRemove, closeLabel, listLabel }: ToastListProps) {
  return (
    <Radix.Provider label={listLabel} duration={SHOWN_MS}>
      {toasts.map(({ id, tone, text, link }) => (
        <Radix.Root
          key={id}
          duration={tone === 'bad' ? Infinity : SHOWN_MS}
          onOpenChange={(isOpen) => !isOpen && onRemove(id)}
          className={`flex items-start gap-3 rounded-lg border bg-panel p-3 shadow-lg ${tone === 'bad' ? 'border-bad' : 'border-line'}`}
        >
          <div className="min-w-0 grow">
            <Radix.Description className={`break-words ${tone === 'bad' ? 'text-bad' : ''}`}>{text}</Radix.Description>
            {link}
          </div>
          <Radix.Close aria-label={closeLabel} className="rounded p-1 text-ink-soft hover:bg-sunken">
            <X size={14} />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-4 bottom-4 z-50 grid w-[min(24rem,calc(100vw-2rem))] gap-2" />
    </Radix.Provider>
  );
}
