'use client';
import type { ConsoleKind } from '@nephos/model/console';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { useApiClient } from '../../trpc/api.tsx';
import { problemOf } from '../../trpc/problem.ts';
import type { ConsoleView, ShowConsole } from './console-view.ts';
import { ConsoleLost, endOf, openConsole, type ConsoleEnd } from './open-console.ts';

export type ConsoleState = { at: 'connecting' } | { at: 'connected'; view: ConsoleView } | { at: 'over'; why: ConsoleEnd; message?: string };

/** Loaded when they are shown, and nowhere else. */
const VIEWS: Record<ConsoleKind, () => Promise<{ show: ShowConsole }>> = {
  screen: () => import('./screen-view.ts'),
  serial: () => import('./serial-view.ts'),
};

/** One connection to a console, shown in `frame`, from when it is on the page until it leaves it. Of an instance that doesn't run none is asked for. */
export function useConsole({ instanceId, isRunning, kind, label }: { instanceId: string; isRunning: boolean; kind: ConsoleKind; label: string }): {
  frame: RefObject<HTMLDivElement | null>;
  state: ConsoleState;
} {
  const client = useApiClient();
  const frame = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<ConsoleState>(isRunning ? { at: 'connecting' } : { at: 'over', why: 'notRunning' });
  const [isWanted] = useState(isRunning); // from its beginning on; what comes later is for the next one
  useEffect(() => {
    if (!isWanted) return;
    const stop = new AbortController();
    let view: ConsoleView | undefined;
    const connect = async () => {
      const { show } = await VIEWS[kind]();
      const socket = await openConsole(client, { instanceId, kind }, stop.signal);
      if (stop.signal.aborted || !frame.current) return;
      view = show(frame.current, socket, label);
      socket.addEventListener('close', ({ code }) => !stop.signal.aborted && setState({ at: 'over', why: endOf(code) }));
      setState({ at: 'connected', view });
      view.focus();
    };
    connect().catch((error: unknown) => {
      if (!stop.signal.aborted) setState(reasonOf(error));
    });
    return () => {
      stop.abort();
      view?.close();
    };
  }, [client, instanceId, isWanted, kind, label]);
  return { frame, state };
}

function reasonOf(error: unknown): ConsoleState {
  if (error instanceof ConsoleLost) return { at: 'over', why: 'lost' };
  const { code, message } = problemOf(error);
  return code === 'UNAUTHENTICATED' ? { at: 'over', why: 'signedOut' } : { at: 'over', why: 'refused', message };
}
