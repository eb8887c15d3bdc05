// `npm run test:faults -- [--seed S] [--operations N] [--tenants T] [--only PARTS] [--shrink-minutes M]`: a random run of a throw-away
// cloud whose processes are killed and paused as the seed says; afterwards nothing may be stuck, left over or doubled
// (docs/guides/faults.md). The same seed and numbers are the same plan. A run that fails is shrunk, and how to see it again is printed.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DomainError } from '@nephos/model/errors';
import { build } from './build.ts';
import { keepParts, makePlan, partsOf, type Part } from './faults/plan.ts';
import { runPlan } from './faults/random-run.ts';
import { sayPlan, sayReport } from './faults/say.ts';
import { shrink } from './faults/shrink.ts';
import { runCommand, say } from './terminal.ts';

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(randomInt(1_000_000)) },
      operations: { type: 'string', default: '100' },
      tenants: { type: 'string', default: '4' },
      only: { type: 'string' },
      'shrink-minutes': { type: 'string', default: '30' },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const asked = { seed: numberOf(values.seed, 0), operations: numberOf(values.operations, 1), tenants: numberOf(values.tenants, 1) };
  const whole = makePlan(asked);
  const parts = values.only ? values.only.split(',') : partsOf(whole);
  const command = (some: readonly Part[]) =>
    `npm run test:faults -- --seed ${asked.seed} --operations ${asked.operations} --tenants ${asked.tenants}${some.length < partsOf(whole).length ? ` --only ${some.join(',')}` : ''}`;
  if (!values['no-build']) await build();

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
});

function numberOf(text: string, min: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= 1_000_000_000) return value;
  throw new DomainError('BAD_INPUT', `A whole number from ${min} is wanted, not ${text}.`);
}
