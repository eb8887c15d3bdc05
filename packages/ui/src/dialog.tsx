'use client';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  about?: ReactNode;
  children?: ReactNode;
  actions: ReactNode;
  /** For what must not be broken into lines. */
  isWide?: boolean;
}

export function Dialog({ isOpen, onClose, title, about, children, actions, isWide = false }: DialogProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Radix.Content
          className={`fixed top-1/2 left-1/2 z-50 grid max-h-[90vh] ${isWide ? 'w-[min(39rem,calc(100vw-2rem))]' : 'w-[min(30rem,calc(100vw-2rem))]'} -translate-x-1/2 -translate-y-1/2 gap-3 overflow-y-auto rounded-lg border border-line bg-panel p-5 text-ink shadow-xl`}
        >
          <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="text-ink-soft">{about}</div>
          </Radix.Description>
          {children}
          <div className="mt-2 flex justify-end gap-2">{actions}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
