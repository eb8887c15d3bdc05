'use client';
import { Panel } from '@nephos/ui/panel';
import { Table, Td, Th } from '@nephos/ui/table';
import { useFormatter, useTranslations } from 'next-intl';
import type { ChartPart } from './charts.tsx';

/** The same in numbers, newest first. */
export function MetricsTable({ parts, times }: { parts: readonly ChartPart[]; times: readonly number[] }) {
  const t = useTranslations('charts');
  const format = useFormatter();
  const columns = parts.flatMap(({ name, drawn }) => drawn.lines.map((line) => ({ heading: `${t(name)}: ${line.name}`, line, show: drawn.show })));
  const rows = times.map((time, index) => ({ time, index })).filter(({ index }) => columns.some(({ line }) => line.average[index] !== null));
  return (
    <Panel title={t('asTable')}>
      <div className="max-h-[32rem] overflow-y-auto">
        <Table label={t('asTable')}>
          <thead>
            <tr>
              <Th>{t('time')}</Th>
              {columns.map(({ heading }) => (
                <Th key={heading}>{heading}</Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.toReversed().map(({ time, index }) => (
              <tr key={time}>
                <Td className="whitespace-nowrap">{format.dateTime(new Date(time * 1000), { dateStyle: 'medium', timeStyle: 'medium' })}</Td>
                {columns.map(({ heading, line, show }) => (
                  <Td key={heading} className="whitespace-nowrap">
                    {show(line.average[index])}
                  </Td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </Panel>
  );
}
