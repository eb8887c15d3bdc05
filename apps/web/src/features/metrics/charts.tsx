'use client';
import { METRIC_RANGES, type Metric } from '@nephos/model/metrics';
import { Button } from '@nephos/ui/button';
import { Empty } from '@nephos/ui/panel';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Table2 } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import type { Instance } from '../instance/instance-actions.tsx';
import { Loading } from '../shell/parts.tsx';
import { useUrlState } from '../shell/use-url-state.ts';
import { Chart } from './chart.tsx';
import type { Drawn } from './draw.ts';
import { MetricsTable } from './metrics-table.tsx';
import { useShow, type Unit } from './units.ts';
import { useVisible } from './use-visible.ts';

type Metrics = Outputs['instance']['metrics'];

export interface ChartPart {
  name: 'cpu' | 'memory' | 'diskBytes' | 'diskRequests' | 'network';
  drawn: Drawn;
}

const MIB = 1024 ** 2;
const SAMPLED_SECONDS = 30;
const DAY_SECONDS = 24 * 60 * 60;

/** What an instance did in the last hour, day, week or month. New samples come through the change stream, while the page is seen. */
export function Charts({ instance }: { instance: Instance }) {
  const api = useApi();
  const { get } = useUrlState();
  const range = METRIC_RANGES.find((one) => one === get('range')) ?? 'hour';
  const query = useQuery(
    api.instance.metrics.queryOptions({ instanceId: instance.id, range }, { enabled: useVisible(), placeholderData: keepPreviousData }),
  );
  const [isTable, setTable] = useState(false);
  const t = useTranslations('charts');
  return (
    <section aria-label={t('title')} aria-busy={query.isFetching} className="grid min-w-0 gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Ranges range={range} />
        {query.data && <Resolution seconds={query.data.resolutionSeconds} />}
        <div className="grow" />
        <Button aria-pressed={isTable} onClick={() => setTable(!isTable)} className="aria-pressed:bg-accent-soft aria-pressed:text-accent">
          <Table2 size={14} aria-hidden />
          {t('showTable')}
        </Button>
      </div>
      <Loading query={query} rows={10}>
        {(metrics) => (
          // Of the range before, until those that were asked for are there.
          <div className={`min-w-0 ${query.isPlaceholderData ? 'opacity-50' : ''}`}>
            <Shown metrics={metrics} instance={instance} isTable={isTable} />
          </div>
        )}
      </Loading>
    </section>
  );
}

function Ranges({ range }: { range: (typeof METRIC_RANGES)[number] }) {
  const t = useTranslations('charts');
  const { set } = useUrlState();
  return (
    <div role="group" aria-label={t('range')} className="inline-flex rounded-md border border-line bg-panel p-0.5">
      {METRIC_RANGES.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === range}
          onClick={() => set({ range: one === 'hour' ? '' : one })}
          className={`h-7 rounded px-3 text-sm ${one === range ? 'bg-accent-soft font-medium text-accent' : 'text-ink-soft hover:bg-sunken hover:text-ink'}`}
        >
          {t(one)}
        </button>
      ))}
    </div>
  );
}

function Resolution({ seconds }: { seconds: number }) {
  const t = useTranslations('charts');
  const format = useFormatter();
  const [value, unit] = seconds < 60 ? [seconds, 'second'] : seconds < 3_600 ? [seconds / 60, 'minute'] : [seconds / 3_600, 'hour'];
  return <p className="text-xs text-ink-soft">{t('resolution', { time: format.number(value, { style: 'unit', unit, unitDisplay: 'long' }) })}</p>;
}

function Shown({ metrics, instance, isTable }: { metrics: Metrics; instance: Instance; isTable: boolean }) {
  const t = useTranslations('charts');
  const parts = useParts(metrics, instance);
  if (metrics.times.length === 0) return <Empty title={t('empty')} about={instance.state === 'running' ? t('emptySoon') : t('emptyStopped')} />;
  if (isTable) return <MetricsTable parts={parts} times={metrics.times} />;
  return (
    <div className="grid min-w-0 gap-4 lg:grid-cols-2">
      {parts.map(({ name, drawn }) => (
        <Chart key={name} title={t(name)} drawn={drawn} />
      ))}
    </div>
  );
}

function useParts(metrics: Metrics, { memoryMib }: Instance): ChartPart[] {
  const t = useTranslations('charts');
  const format = useFormatter();
  const isWithinDay = metrics.until - metrics.from <= DAY_SECONDS;
  const showTime = (seconds: number) =>
    format.dateTime(new Date(seconds * 1000), isWithinDay ? { hour: 'numeric', minute: '2-digit' } : { month: 'short', day: 'numeric' });
  const shows: Record<Unit, Drawn['show']> = {
    fraction: useShow('fraction'),
    bytes: useShow('bytes'),
    bytesPerSecond: useShow('bytesPerSecond'),
    perSecond: useShow('perSecond'),
  };
  const part = (name: ChartPart['name'], unit: Unit, lines: readonly (readonly [name: string, metric: Metric])[], atLeast = 0): ChartPart => ({
    name,
    drawn: {
      unit,
      show: shows[unit],
      showTime,
      from: metrics.from,
      until: metrics.until,
      times: metrics.times,
      lines: lines.map(([line, metric]) => ({ name: line, ...metrics.series[metric] })),
      withMaxima: metrics.resolutionSeconds > SAMPLED_SECONDS,
      atLeast,
    },
  });
  return [
    part('cpu', 'fraction', [[t('busy'), 'cpuFraction']], 1),
    part(
      'memory',
      'bytes',
      [
        [t('usedByGuest'), 'memoryUsedBytes'],
        [t('resident'), 'memoryResidentBytes'],
      ],
      memoryMib * MIB,
    ),
    part('diskBytes', 'bytesPerSecond', [
      [t('read'), 'diskReadBytes'],
      [t('written'), 'diskWriteBytes'],
    ]),
    part('diskRequests', 'perSecond', [
      [t('reads'), 'diskReadRequests'],
      [t('writes'), 'diskWriteRequests'],
    ]),
    part('network', 'bytesPerSecond', [
      [t('in'), 'networkInBytes'],
      [t('out'), 'networkOutBytes'],
    ]),
  ];
}
