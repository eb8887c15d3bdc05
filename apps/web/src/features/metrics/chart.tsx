'use client';
import { useFormatter, useTranslations } from 'next-intl';
import { useEffect, useId, useRef, useState } from 'react';
import type UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { dataOf, LINE_LOOKS, optionsOf, type Drawn } from './draw.ts';

/** Lines over time; what they say at the pointer, or last, is above them in words. Those who can't see them hear a summary. */
export function Chart({ title, drawn }: { title: string; drawn: Drawn }) {
  const t = useTranslations('charts');
  const titleId = useId();
  const summaryId = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  return (
    <figure className="min-w-0 rounded-lg border border-line bg-panel p-3" aria-labelledby={titleId} aria-describedby={summaryId}>
      <figcaption className="mb-2 grid gap-0.5">
        <h3 id={titleId} className="font-semibold">
          {title}
        </h3>
        <Reading drawn={drawn} pointed={pointed} />
      </figcaption>
      <Canvas drawn={drawn} onPoint={setPointed} />
      <p id={summaryId} className="sr-only">
        {drawn.lines.map((line) => `${line.name}: ${t('summary', summaryOf(line, drawn))}`).join(' ')}
      </p>
    </figure>
  );
}

/** At the pointer, or of the last point. */
function Reading({ drawn: { times, lines, show, withMaxima }, pointed }: { drawn: Drawn; pointed: number | null }) {
  const t = useTranslations('charts');
  const format = useFormatter();
  const index = pointed !== null && pointed < times.length ? pointed : times.length - 1;
  const time = times[index];
  if (time === undefined) return null;
  return (
    <p className="flex flex-wrap gap-x-3 text-xs text-ink-soft" data-reading>
      <span>{format.dateTime(new Date(time * 1000), { dateStyle: 'medium', timeStyle: 'medium' })}</span>
      {lines.map((line, at) => (
        <span key={line.name} className="inline-flex items-center gap-1.5">
          <LineSample look={LINE_LOOKS[at % LINE_LOOKS.length] ?? LINE_LOOKS[0]} />
          {line.name} <strong className="font-medium text-ink">{show(line.average[index])}</strong>
          {withMaxima && t('atMost', { value: show(line.maximum[index]) })}
        </span>
      ))}
    </p>
  );
}

function LineSample({ look: { color, dash } }: { look: (typeof LINE_LOOKS)[number] }) {
  return (
    <svg width="16" height="4" aria-hidden>
      <line x1="0" x2="16" y1="2" y2="2" strokeWidth="2" stroke={`var(${color})`} strokeDasharray={dash.join(' ')} />
    </svg>
  );
}

/** Comes with its library when the first chart is shown. */
function Canvas({ drawn, onPoint }: { drawn: Drawn; onPoint: (index: number | null) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(drawn);
  const chart = useRef<UPlot>(undefined);
  const { withMaxima, lines } = drawn;
  const lineCount = lines.length;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const stop = new AbortController();
    void import('uplot').then(({ default: Plot }) => {
      if (stop.signal.aborted) return;
      const plot = new Plot(
        optionsOf(() => latest.current, element.clientWidth, onPoint),
        dataOf(latest.current),
        element,
      );
      chart.current = plot;
      const size = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: plot.height }));
      size.observe(element);
      const colors = new MutationObserver(() => plot.redraw());
      colors.observe(document.documentElement, { attributes: true });
      const system = matchMedia('(prefers-color-scheme: dark)');
      system.addEventListener('change', () => plot.redraw(), { signal: stop.signal });
      stop.signal.addEventListener('abort', () => {
        size.disconnect();
        colors.disconnect();
        plot.destroy();
        chart.current = undefined;
      });
    });
    return () => stop.abort();
  }, [withMaxima, lineCount, onPoint]);

  useEffect(() => {
    latest.current = drawn;
    chart.current?.setData(dataOf(drawn));
  }, [drawn]);

  return <div ref={place} aria-hidden className="h-40 w-full min-w-0 overflow-hidden" />;
}

function summaryOf({ average, maximum }: Drawn['lines'][number], { show }: Drawn) {
  const known = average.filter((value) => value !== null);
  const mean = known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  const peaks = maximum.filter((value) => value !== null);
  return { last: show(known.at(-1)), average: show(mean), highest: show(peaks.length > 0 ? Math.max(...peaks) : null) };
}
