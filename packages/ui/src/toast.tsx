'use client';
import { X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { createContext, use, useMemo, useState, type ReactNode } from 'react';

interface Toast {
  tone: 'plain' | 'bad';
  text: string;
  /** Where to read on, like a link to the operation. */
  link?: ReactNode;
}
type Say = (toast: Toast) => void;

const SayContext = createContext<Say>(() => undefined);
export const useSay = (): Say => use(SayContext);

/** Short news at the edge of the page. Those of failures stay until they are put away. */
export function Toaster({ closeLabel, listLabel, children }: { closeLabel: string; listLabel: string; children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const say = useMemo<Say>(() => {
    let last = 0;
    return (toast) => setToasts((before) => [...before.slice(-3), { ...toast, id: ++last }]);
  }, []);
  const remove = (id: number) => setToasts((before) => before.filter((one) => one.id !== id));
  return (
    <SayContext value={say}>
      <Radix.Provider label={listLabel} duration={6_000}>
        {children}
        {toasts.map(({ id, tone, text, link }) => (
          <Radix.Root
            key={id}
            duration={tone === 'bad' ? Infinity : 6_000}
            onOpenChange={(isOpen) => !isOpen && remove(id)}
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
    </SayContext>
  );
}
