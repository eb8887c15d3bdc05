'use client';
import { useFormatter } from 'next-intl';
import { useMemo } from 'react';

export type Unit = 'fraction' | 'bytes' | 'bytesPerSecond' | 'perSecond';
export type Show = (value: number | null | undefined) => string;

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Values with their unit, in the reader's way; a dash for what isn't known. */
export function useShow(unit: Unit): Show {
  const format = useFormatter();
  return useMemo(() => {
    const number = (value: number, digits: number) => format.number(value, { maximumFractionDigits: digits });
    const bytes = (value: number) => {
      const power = Math.min(BYTE_UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
      return `${number(value / 1024 ** power, power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`;
    };
    const shows: Record<Unit, (value: number) => string> = {
      fraction: (value) => format.number(value, { style: 'percent', maximumFractionDigits: 1 }),
      bytes,
      bytesPerSecond: (value) => `${bytes(value)}/s`,
      perSecond: (value) => `${number(value, 1)}/s`,
    };
    return (value) => (typeof value === 'number' ? shows[unit](value) : '–');
  }, [format, unit]);
}

const powersOf2 = Array.from({ length: 51 }, (_, power) => 2 ** power);
const decimals = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7];

/** Steps of an axis that give round numbers in its unit. */
export const AXIS_STEPS: Record<Unit, number[]> = { fraction: decimals, bytes: powersOf2, bytesPerSecond: powersOf2, perSecond: decimals };
