import type UPlot from 'uplot';
import { AXIS_STEPS, type Show, type Unit } from './units.ts';

/** One line of a chart. Its maxima are drawn too, faintly, where a point stands for several samples. */
export interface Line {
  name: string;
  average: readonly (number | null)[];
  maximum: readonly (number | null)[];
}

export interface Drawn {
  unit: Unit;
  show: Show;
  /** Of a time on the axis. */
  showTime: (seconds: number) => string;
  /** Unix seconds. */
  from: number;
  until: number;
  times: readonly number[];
  lines: readonly Line[];
  withMaxima: boolean;
  /** The scale reaches at least to here. */
  atLeast: number;
}

/** By what tells lines apart: colours of theme.css, and the second one is dashed. */
export const LINE_LOOKS = [
  { color: '--accent', dash: [] },
  { color: '--warn', dash: [6, 3] },
] as const;

const HEIGHT = 160;
const HEADROOM = 1.08;
const FONT = "11px 'Inter Variable', system-ui, sans-serif";
/** All charts of a page point at the same time. */
const CURSOR_KEY = 'metrics';

export function dataOf({ times, lines, withMaxima }: Drawn): UPlot.AlignedData {
  const columns = lines.flatMap(({ average, maximum }) => (withMaxima ? [[...average], [...maximum]] : [[...average]]));
  return [[...times], ...columns];
}

/** `now` gives what is to be drawn at that moment, so that new data needs no new chart. */
export function optionsOf(now: () => Drawn, width: number, onPoint: (index: number | null) => void): UPlot.Options {
  const { lines, withMaxima, unit } = now();
  const series = lines.flatMap((_, index): UPlot.Series[] => {
    const { color, dash } = LINE_LOOKS[index % LINE_LOOKS.length] ?? LINE_LOOKS[0];
    const average: UPlot.Series = { stroke: () => colorOf(color), width: 1.5, dash: [...dash], spanGaps: false };
    const maximum: UPlot.Series = { stroke: () => `${colorOf(color)}66`, width: 1, spanGaps: false, points: { show: false } };
    return withMaxima ? [average, maximum] : [average];
  });
  return {
    width,
    height: HEIGHT,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: CURSOR_KEY }, points: { size: 6 } },
    scales: {
      x: { time: true, range: () => [now().from, now().until] },
      y: { range: (_, __, highest) => [0, Math.max(now().atLeast, (highest ?? 0) * HEADROOM) || 1] },
    },
    axes: [
      { ...axisLook(), size: 28, space: 70, values: (_, splits) => splits.map((seconds) => now().showTime(seconds)) },
      { ...axisLook(), size: 72, space: 32, incrs: AXIS_STEPS[unit], values: (_, splits) => splits.map((value) => now().show(value)) },
    ],
    series: [{}, ...series],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

function axisLook() {
  const line = { stroke: () => colorOf('--line'), width: 1 };
  return { stroke: () => colorOf('--ink-soft'), font: FONT, grid: line, ticks: { ...line, size: 4 } };
}

function colorOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
