'use client';
import { Button } from '@nephos/ui/button';
import { PageHead } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { Maximize } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import Link from 'next/link';
import { useRef, type ReactNode } from 'react';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { useDuration, useKindName } from '../operation/operation-words.tsx';
import { Ago, Loading } from '../shell/parts.tsx';

type Overview = Outputs['operation']['overview'];

/** The cloud's work at a glance, for a screen on a wall: it changes as things happen, and its figures can be read from three metres. */
export function Wallboard() {
  const t = useTranslations('wallboard');
  const api = useApi();
  const board = useRef<HTMLDivElement>(null);
  const overview = useQuery(api.operation.overview.queryOptions());
  const slowest = useQuery(api.operation.slowestSteps.queryOptions());
  return (
    <>
      <PageHead
        title={t('title')}
        about={t('about')}
        actions={
          <Button onClick={() => void board.current?.requestFullscreen()}>
            <Maximize size={15} aria-hidden />
            {t('fullScreen')}
          </Button>
        }
      />
      <div ref={board} className="grid gap-4 overflow-y-auto bg-ground [&:fullscreen]:content-start [&:fullscreen]:p-6">
        <Loading query={overview} rows={6}>
          {({ running, failed }) => (
            <>
              <Figures running={running} failed={failed} />
              <div className="grid items-start gap-4 xl:grid-cols-2">
                <Running running={running} />
                <Failed failed={failed} />
              </div>
              <Loading query={slowest} rows={4}>
                {(measured) => <Slowest measured={measured} />}
              </Loading>
            </>
          )}
        </Loading>
      </div>
    </>
  );
}

function Figures({ running, failed }: Overview) {
  const t = useTranslations('wallboard');
  const count = (...states: string[]) => sum(running.filter(({ state }) => states.includes(state)));
  const failures = sum(failed);
  const stuck = count('stuck');
  return (
    <dl className="grid grid-cols-2 gap-4 xl:grid-cols-4">
      <Figure label={t('runningNow')} value={count('running')} href={pathTo.operations('state=running')} />
      <Figure label={t('waiting')} value={count('pending')} href={pathTo.operations('state=pending')} />
      <Figure label={t('stuck')} value={stuck} href={pathTo.operations('state=stuck')} isBad={stuck > 0} />
      <Figure label={t('failedToday')} value={failures} href={pathTo.operations('state=failed&age=day')} isBad={failures > 0} />
    </dl>
  );
}

function Figure({ label, value, href, isBad = false }: { label: string; value: number; href: string; isBad?: boolean }) {
  const format = useFormatter();
  return (
    <div className={`grid min-w-0 content-between gap-1 rounded-lg border p-4 ${isBad ? 'border-bad bg-bad-soft' : 'border-line bg-panel'}`}>
      <dt className={`text-base xl:text-xl ${isBad ? 'text-bad' : 'text-ink-soft'}`}>{label}</dt>
      <dd className={`text-5xl leading-none font-semibold xl:text-8xl ${isBad ? 'text-bad' : ''}`}>
        <Link href={href} className="hover:underline">
          {format.number(value)}
        </Link>
      </dd>
    </div>
  );
}

function Board({ title, empty, children }: { title: string; empty?: string | undefined; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 rounded-lg border border-line bg-panel">
      <h2 className="border-b border-line px-4 py-3 text-base font-semibold xl:text-2xl">{title}</h2>
      {empty ? <p className="px-4 py-6 text-base text-ink-soft xl:text-2xl">{empty}</p> : children}
    </section>
  );
}

const LINE = 'flex items-baseline gap-x-4 gap-y-0.5 px-4 py-2 text-base xl:text-2xl';
const COUNT = 'min-w-6 shrink-0 font-semibold xl:min-w-10';

function Running({ running }: Pick<Overview, 'running'>) {
  const t = useTranslations('wallboard');
  const states = useTranslations('operation.states');
  const kindOf = useKindName();
  return (
    <Board title={t('running')} empty={running.length === 0 ? t('noneRunning') : undefined}>
      <ul className="divide-y divide-line">
        {running.map(({ kind, state, count, oldestAt }) => (
          <li key={`${kind}/${state}`} className={LINE}>
            <span className={COUNT}>{count}</span>
            <Link href={pathTo.operations(`${new URLSearchParams({ kind, state })}`)} className="min-w-0 grow hover:underline">
              {kindOf(kind)}
              <span className={`block text-sm xl:text-lg ${state === 'stuck' ? 'text-bad' : 'text-ink-soft'}`}>{states(state)}</span>
            </Link>
            <span className="text-right text-sm text-ink-soft xl:text-lg">
              {t('oldest')} <Ago time={oldestAt} />
            </span>
          </li>
        ))}
      </ul>
    </Board>
  );
}

function Failed({ failed }: Pick<Overview, 'failed'>) {
  const t = useTranslations('wallboard');
  const kindOf = useKindName();
  return (
    <Board title={t('failed')} empty={failed.length === 0 ? t('noneFailed') : undefined}>
      <ul className="divide-y divide-line">
        {failed.map(({ kind, code, step, count, lastAt }) => (
          <li key={`${kind}/${code}/${step}`} className={LINE}>
            <span className={`${COUNT} text-bad`}>{count}</span>
            <Link
              href={pathTo.operations(
                `${new URLSearchParams({ kind, state: 'failed', age: 'day', error: code, ...(step && { failedStep: step }) })}`,
              )}
              className="min-w-0 grow break-words hover:underline"
            >
              {code}
              <span className="block text-sm text-ink-soft xl:text-lg">{step ? t('cause', { kind: kindOf(kind), step }) : kindOf(kind)}</span>
            </Link>
            <span className="text-right text-sm text-ink-soft xl:text-lg">
              <Ago time={lastAt} />
            </span>
          </li>
        ))}
      </ul>
    </Board>
  );
}

function Slowest({ measured: { items } }: { measured: Outputs['operation']['slowestSteps'] }) {
  const t = useTranslations('wallboard');
  const duration = useDuration();
  const kindOf = useKindName();
  const longest = Math.max(1, ...items.map(({ p95Ms }) => p95Ms));
  const cell = 'border-b border-line px-4 py-2 whitespace-nowrap';
  return (
    <Board title={t('slowest')} empty={items.length === 0 ? t('noSteps') : undefined}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls where the page is narrow */}
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t('slowest')}>
        <table className="w-full border-collapse text-left text-base xl:text-xl [&_tbody_tr:last-child_td]:border-b-0">
          <thead className="text-sm text-ink-soft xl:text-base [&_th]:font-medium">
            <tr>
              <th scope="col" className={cell}>
                {t('step')}
              </th>
              <th scope="col" className={`${cell} text-right`}>
                {t('times')}
              </th>
              <th scope="col" className={`${cell} text-right`}>
                {t('median')}
              </th>
              <th scope="col" className={`${cell} text-right`}>
                {t('p95')}
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ kind, step, count, p50Ms, p95Ms }) => (
              <tr key={`${kind}/${step}`}>
                <td className={`${cell} w-full`}>
                  {step} <span className="text-sm text-ink-soft xl:text-base">{kindOf(kind)}</span>
                  <span
                    aria-hidden
                    className="mt-1 block h-1.5 rounded-full bg-accent"
                    style={{ width: `${Math.max(0.5, (p95Ms / longest) * 100)}%` }}
                  />
                </td>
                <td className={`${cell} text-right`}>{count}</td>
                <td className={`${cell} text-right`}>{duration(p50Ms, { isExact: true })}</td>
                <td className={`${cell} text-right font-semibold`}>{duration(p95Ms, { isExact: true })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Board>
  );
}

function sum(rows: readonly { count: number }[]): number {
  return rows.reduce((total, { count }) => total + count, 0);
}
