'use client';
import { CONSOLE_KINDS, type ConsoleKind } from '@nephos/model/console';
import { Button, buttonClass } from '@nephos/ui/button';
import { Note } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, ClipboardPaste, Expand, Keyboard } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useRef, useState, type KeyboardEvent } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import type { Instance } from '../instance/instance-actions.tsx';
import { InstanceStateBadge } from '../instance/instance-state.tsx';
import { Loading } from '../shell/parts.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { PasteDialog } from './paste-dialog.tsx';
import { useConsole, type ConsoleState } from './use-console.ts';

/** Screen and serial line of an instance, over the whole page. */
export function ConsolePage({ instanceId }: { instanceId: string }) {
  const api = useApi();
  const query = useQuery(api.instance.get.queryOptions({ instanceId }));
  return <Loading query={query}>{(instance) => <Consoles instance={instance} />}</Loading>;
}

function Consoles({ instance }: { instance: Instance }) {
  const t = useTranslations('console');
  const { get, set } = useUrlState();
  const [attempt, setAttempt] = useState(0);
  const kind = CONSOLE_KINDS.find((one) => one === get('view')) ?? 'screen';
  return (
    <div className="flex h-dvh flex-col bg-ground">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-panel px-3 py-2">
        <Link href={pathTo.instance(instance.id)} className="inline-flex min-w-0 items-center gap-1.5 font-medium hover:underline">
          <ArrowLeft size={15} aria-hidden className="shrink-0" />
          <span className="sr-only">{t('back')}</span>
          <h1 className="truncate">{instance.name}</h1>
        </Link>
        <InstanceStateBadge state={instance.state} />
        <nav aria-label={t('consoles')} className="flex gap-1">
          {CONSOLE_KINDS.map((one) => (
            <button
              key={one}
              type="button"
              aria-current={one === kind ? 'page' : undefined}
              onClick={() => set({ view: one }, 'replace')}
              className={`rounded-md px-2.5 py-1 text-sm ${one === kind ? 'bg-accent-soft font-medium text-accent' : 'text-ink-soft hover:bg-sunken hover:text-ink'}`}
            >
              {t(`kinds.${one}`)}
            </button>
          ))}
        </nav>
      </header>
      <Session key={`${kind} ${attempt}`} instance={instance} kind={kind} onAgain={() => setAttempt(attempt + 1)} />
    </div>
  );
}

/** One connection, from its beginning to its end. */
function Session({ instance, kind, onAgain }: { instance: Instance; kind: ConsoleKind; onAgain: () => void }) {
  const t = useTranslations('console');
  const { frame, state } = useConsole({
    instanceId: instance.id,
    isRunning: instance.state === 'running',
    kind,
    label: t(`labels.${kind}`, { name: instance.name }),
  });
  const [isPasting, setPasting] = useState(false);
  const bar = useRef<HTMLDivElement>(null);
  const view = state.at === 'connected' ? state.view : undefined;
  const reason = view ? undefined : t('notConnected');

  /** Every key is the guest's but this one, so that nobody is caught in it. */
  const leave = (event: KeyboardEvent) => {
    if (!event.ctrlKey || !event.shiftKey || event.code !== 'Space') return;
    event.preventDefault();
    event.stopPropagation();
    view?.letGo?.();
    bar.current?.querySelector('button')?.focus();
  };

  return (
    <>
      <div ref={bar} className="flex flex-wrap items-center gap-2 border-b border-line bg-panel px-3 py-2">
        <Button reason={reason} onClick={() => setPasting(true)}>
          <ClipboardPaste size={14} aria-hidden />
          {t('paste')}
        </Button>
        {kind === 'screen' && (
          <Button reason={reason} onClick={() => view?.sendCtrlAltDel?.()}>
            <Keyboard size={14} aria-hidden />
            {t('ctrlAltDel')}
          </Button>
        )}
        <Button reason={reason} onClick={() => void frame.current?.requestFullscreen().then(() => view?.focus())}>
          <Expand size={14} aria-hidden />
          {t('fullScreen')}
        </Button>
        <p className="text-xs text-ink-soft">{t.rich('wayOut', { key: (keys) => <kbd className="rounded border border-line px-1">{keys}</kbd> })}</p>
      </div>
      <Word state={state} instance={instance} onAgain={onAgain} />
      <div
        className="min-h-0 grow bg-[#0b0f14] p-1.5 focus-within:outline-2 focus-within:-outline-offset-2 focus-within:outline-accent"
        onKeyDownCapture={leave}
      >
        <div ref={frame} data-console={state.at} className="h-full overflow-hidden" />
      </div>
      {isPasting && (
        <PasteDialog
          onClose={() => setPasting(false)}
          onPaste={(text) => {
            setPasting(false);
            void view?.type(text).then(() => view.focus());
          }}
        />
      )}
    </>
  );
}

/** What is going on, while there is nothing to see yet or any more. */
function Word({ state, instance, onAgain }: { state: ConsoleState; instance: Instance; onAgain: () => void }) {
  const t = useTranslations('console');
  if (state.at === 'connected') return null;
  if (state.at === 'connecting') return <Note tone="busy">{t('connecting')}</Note>;
  const reason = instance.state === 'running' ? undefined : t('whyNot', { state: t(`states.${instance.state}`) });
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 bg-warn-soft px-3 py-2 text-warn">
      <p role="status">
        {state.message ?? t(`why.${state.why}`)} {reason}
      </p>
      {state.why === 'signedOut' ? (
        <Link className={buttonClass('primary')} href={pathTo.signIn(pathTo.console(instance.id))}>
          {t('signIn')}
        </Link>
      ) : (
        <Button look="primary" reason={reason} onClick={onAgain}>
          {t('again')}
        </Button>
      )}
    </div>
  );
}
