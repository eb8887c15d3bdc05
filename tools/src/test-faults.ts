// `npm run test:faults`: a throw-away cloud whose processes are killed and paused; afterwards nothing may be stuck, left over or doubled
// (docs/guides/faults.md).
//   [random] [--seed S] [--operations N] [--tenants T] [--only PARTS] [--shrink-minutes M]: a random run. The same seed and numbers are
//     the same plan. A run that fails is shrunk, and how to see it again is printed.
//   matrix [--kind K] [--step S] [--victim V]: worker, agents and API killed at every boundary of every operation.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DomainError } from '@nephos/model/errors';
import { build } from './build.ts';
import { allCells, describeCell, runMatrix } from './faults/matrix.ts';
import { keepParts, makePlan, partsOf, type Part } from './faults/plan.ts';
import { runPlan } from './faults/random-run.ts';
import { sayPlan, sayReport } from './faults/say.ts';
import { shrink } from './faults/shrink.ts';
import { runCommand, say } from './terminal.ts';

const OPTIONS = {
  seed: { type: 'string', default: String(randomInt(1_000_000)) },
  operations: { type: 'string', default: '100' },
  tenants: { type: 'string', default: '4' },
  only: { type: 'string' },
  'shrink-minutes': { type: 'string', default: '30' },
  kind: { type: 'string' },
  step: { type: 'string' },
  victim: { type: 'string' },
  'no-build': { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

await runCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const suites: Record<string, (asked: Values) => Promise<number>> = { random: randomRun, matrix };
  const [name = 'random'] = positionals;
  const suite = suites[name];
  if (!suite) throw new DomainError('BAD_INPUT', `Which faults? One of ${Object.keys(suites).join(', ')}.`);
  if (!values['no-build']) await build();
  return suite(values);
});

async function randomRun(values: Values): Promise<number> {
  const asked = { seed: numberOf(values.seed, 0), operations: numberOf(values.operations, 1), tenants: numberOf(values.tenants, 1) };
  const whole = makePlan(asked);
  const parts = values.only ? values.only.split(',') : partsOf(whole);
  const command = (some: readonly Part[]) =>
    `npm run test:faults -- --seed ${asked.seed} --operations ${asked.operations} --tenants ${asked.tenants}${some.length < partsOf(whole).length ? ` --only ${some.join(',')}` : ''}`;
  say('plan', command(parts));
  const run = async (some: readonly Part[]) => {
    const report = await runPlan(keepParts(whole, some));
    sayReport(report);
    return report.violations.length > 0;
  };
  if (!(await run(parts))) return 0;

  say('shrinking', `for at most ${values['shrink-minutes']} minutes; each run has a cloud of its own`);
  const shrunk = await shrink(parts, run, AbortSignal.timeout(numberOf(values['shrink-minutes'], 0) * 60_000));
  if (shrunk.parts.length === parts.length && shrunk.runs > 0)
    say('shrunk', `nothing could be left out in ${shrunk.runs} runs: it may also be a matter of luck`);
  sayPlan(keepParts(whole, shrunk.parts));
  say('again', command(shrunk.parts));
  return 1;
}

async function matrix({ kind, step, victim }: Values): Promise<number> {
  const cells = allCells().filter(
    (cell) =>
      (kind ?? cell.boundary.kind) === cell.boundary.kind &&
      (step ?? cell.boundary.step) === cell.boundary.step &&
      (victim ?? cell.victim) === cell.victim,
  );
  if (cells.length === 0)
    throw new DomainError('BAD_INPUT', `There is no such boundary; the first is: ${allCells().slice(0, 1).map(describeCell).join()}.`);
  const { violations } = await runMatrix(cells);
  say('matrix', `${cells.length} cells, ${violations.length} violations`);
  return violations.length === 0 ? 0 : 1;
}

function numberOf(text: string, min: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= 1_000_000_000) return value;
  throw new DomainError('BAD_INPUT', `A whole number from ${min} is wanted, not ${text}.`);
}
