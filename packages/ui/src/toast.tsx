'use client';
import { createContext, lazy, Suspense, use, useMemo, useState, type ReactNode } from 'react';

export interface Toast {
  tone: 'plain' | 'bad';
  text: string;
  /** Where to read on, like a link to the operation. */
  link?: ReactNode;
}
type Say = (toast: Toast) => void;

const SHOWN_MAX = 4;
const ToastList = lazy(() => import('./toast-list.tsx').then((module) => ({ default: module.ToastList }))); // a page without news does without it

const SayContext = createContext<Say>(() => undefined);
export const useSay = (): Say => use(SayContext);

/** Lets everything below it tell news. */
export function Toaster({ closeLabel, listLabel, children }: { closeLabel: string; listLabel: string; children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const [hasNews, setHasNews] = useState(false);
  const say = useMemo<Say>(() => {
    let last = 0;
    return (toast) => {
      setHasNews(true);
      setToasts((before) => [...before.slice(1 - SHOWN_MAX), { ...toast, id: ++last }]);
    };
  }, []);
  return (
    <SayContext value={say}>
      {children}
      {hasNews && (
        <Suspense>
          <ToastList
            toasts={toasts}
            onRemove={(id) => setToasts((before) => before.filter((one) => one.id !== id))}
            closeLabel={closeLabel}
            listLabel={listLabel}
          />
        </Suspense>
      )}
    </SayContext>
  );
}
