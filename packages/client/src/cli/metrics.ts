import { Option, type Command } from 'commander';
import type { Inputs, Outputs } from '../client.ts';
import { findId } from './find.ts';
import { printJson, printTable } from './output.ts';
import { openSession } from './session.ts';

type Series = Outputs['instance']['metrics']['series']['cpuFraction'];
type Range = NonNullable<Inputs['instance']['metrics']['range']>;

const RANGES = ['hour', 'day', 'week', 'month'] as const satisfies readonly Range[];

/** `nephos instance metrics NAME`: what it did of late; every point with `--json`. */
export function addMetricsCommand(instance: Command): void {
  const command = instance
    .command('metrics')
    .description('its CPU, memory, disk and network of late; every point with --json')
    .argument('<instance>', 'its name or id')
    .addOption(new Option('--range <range>', 'how far back').choices(RANGES).default('hour'))
    .action(async (name: string, { range }: { range: Range }) => {
      const session = await openSession(command);
      const metrics = await session.api.instance.metrics.query({ instanceId: await findId(session, 'instance', name), range });
      if (session.isJson) return printJson(metrics);
      printTable(Object.entries(metrics.series), {
        METRIC: ([metric]) => metric,
        LAST: ([, series]) => show(knownOf(series).at(-1)),
        AVERAGE: ([, series]) => show(meanOf(knownOf(series))),
        HIGHEST: ([, series]) => show(highestOf(series)),
      });
    });
}

function knownOf({ average }: Series): number[] {
  return average.filter((value) => value !== null);
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined;
}

function highestOf({ maximum }: Series): number | undefined {
  const known = maximum.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** Fractions need their digits; bytes don't. */
function show(value: number | undefined): string | undefined {
  return value?.toFixed(value < 100 ? 2 : 0);
}
