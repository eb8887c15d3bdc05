// `npm run bench -- NAME [--hosts N] [--deploys N] [--instances N] [--samples N]`: measures what docs/performance.md promises, and
// the floor beside it in the same run. Prints a row per figure and a line of JSON. A missed goal is no failure: figures are not tests.
import { parseArgs } from 'node:util';
import { DomainError } from '@nephos/model/errors';
import { benchDeploy } from './bench/deploy.ts';
import { benchDeployOne } from './bench/deploy-one.ts';
import { benchFaults } from './bench/faults.ts';
import { printFigures, type Figure } from './bench/figures.ts';
import { benchIdle } from './bench/idle.ts';
import { benchKvm } from './bench/kvm.ts';
import { benchList } from './bench/list.ts';
import { benchPortal } from './bench/portal.ts';
import { build } from './build.ts';
import { runCommand } from './terminal.ts';

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      hosts: { type: 'string', default: '1000' },
      deploys: { type: 'string', default: '2000' },
      instances: { type: 'string', default: '25000' },
      samples: { type: 'string', default: '30' },
    },
  });
  const benches: Record<string, () => Promise<Figure[]>> = {
    deploy: () => benchDeploy({ hostCount: Number(values.hosts), deployCount: Number(values.deploys) }),
    'deploy-one': benchDeployOne,
    kvm: benchKvm,
    list: benchList,
    idle: benchIdle,
    faults: () => benchFaults({ samples: Number(values.samples) }),
    portal: () => benchPortal({ instanceCount: Number(values.instances), samples: Number(values.samples) }),
  };
  const [name = ''] = positionals;
  const bench = benches[name];
  if (!bench) throw new DomainError('BAD_INPUT', `Which bench? One of ${Object.keys(benches).join(', ')}.`);
  await build();
  printFigures(name, await bench());
  return 0;
});
