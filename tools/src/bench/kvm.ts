import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { routerNames } from '@nephos/appliances/router/router-names';
import { insideHost } from '@nephos/embedded/host-namespace';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';
import { z } from 'zod';
import { whyNoRealHosts } from '../real-hosts.ts';
import { say } from '../terminal.ts';
import { withBenchCloud, type BenchCloud } from './bench-cloud.ts';
import { summarisePairs, timed, type Figure } from './figures.ts';

const PAIRS = 5;
const GOAL_RATIO = 1.15;
const WAIT = fileURLToPath(new URL('./wait-for-banner.mjs', import.meta.url));

type Tenant = Awaited<ReturnType<BenchCloud['addTenant']>>['client'];
type Run = (...argv: string[]) => Promise<string>;

/**
 * From acceptance to SSH, network up and template cached, on one real host. The floor is bare `virsh create` of the same XML with a
 * fresh clone of the same image, in the same place: the instance is stopped first, so its address and the router are there.
 * Both are asked for their banner directly, from the router's namespace.
 */
export async function benchKvm(): Promise<Figure[]> {
  const reason = whyNoRealHosts();
  if (reason) throw new DomainError('UNSUPPORTED', `This bench needs a real host: ${reason}.`);
  return withBenchCloud(['--hosts', '1'], async (bench) => {
    const inside: Run = async (...argv) => {
      const [program = '', ...args] = insideHost({ name: `${bench.cloud.prefix}-h1` }, argv);
      return (await execa(program, args)).stdout;
    };
    const { client } = await bench.addTenant('bench');
    const anchor = await deploy(bench, client, 'anchor'); // keeps the network up, and has the template fetched
    await client.waitForOperation(anchor.operationId);
    const { namespace } = routerNames((await bench.cloud.db.router.findFirstOrThrow({ where: { removedAt: null } })).id);
    const untilBanner = (ip: string) => inside('ip', 'netns', 'exec', namespace, process.execPath, WAIT, ip);
    await untilBanner(anchor.ip);

    const ours: number[] = [];
    const floor: number[] = [];
    for (let pair = 1; pair <= PAIRS; pair++) {
      const { ip, instanceId, acceptedAt } = await deploy(bench, client, `vm-${pair}`);
      await untilBanner(ip);
      ours.push(performance.now() - acceptedAt);
      const xml = await inside(
        'virsh',
        'dumpxml',
        '--inactive',
        (await inside('virsh', 'list', '--name')).split('\n').find((name) => name.includes(instanceId)) ?? '',
      );
      await client.waitForOperation((await client.api.instance.stop.mutate({ instanceId, isForced: true })).id);
      floor.push(await startBare(inside, xml, () => untilBanner(ip)));
      say(`pair ${pair}`, `${ours.at(-1)?.toFixed(0)} ms, bare ${floor.at(-1)?.toFixed(0)} ms`);
    }
    const figure = summarisePairs(ours, floor);
    return [
      { name: 'kvm, accepted → SSH banner, asked directly', unit: 'ms', ...figure, goal: '≤ 1.15 × floor', isMet: figure.pairedRatio <= GOAL_RATIO },
    ];
  });
}

async function deploy({ zoneId, templateId, computeOfferingId }: BenchCloud, client: Tenant, name: string) {
  const [begun] = await client.api.instance.deploy.mutate({ name, zoneId, templateId, computeOfferingId });
  const acceptedAt = performance.now();
  if (!begun) throw new DomainError('UNEXPECTED', 'A deploy began nothing.');
  const instanceId = begun.resource.id;
  const {
    nics: [nic],
  } = await client.api.instance.get.query({ instanceId });
  return { acceptedAt, instanceId, operationId: begun.id, ip: nic?.ip ?? '' };
}

/** Under another name: the agent leaves domains alone that are not the cloud's. */
async function startBare(inside: Run, xml: string, untilBanner: () => Promise<unknown>): Promise<number> {
  const disk = /<source file='([^']+\.qcow2)'/.exec(xml)?.[1] ?? '';
  const image = z
    .object({ 'backing-filename': z.string(), 'virtual-size': z.int() })
    .parse(JSON.parse(await inside('qemu-img', 'info', '--output=json', disk)));
  await inside('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image['backing-filename'], disk, String(image['virtual-size']));
  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-bench-'));
  try {
    const file = path.join(folder, 'domain.xml');
    await writeFile(file, xml.replace(/<name>[^<]+<\/name>/, '<name>bench-floor</name>').replace(/<metadata>.*?<\/metadata>/s, ''));
    return await timed(async () => {
      await inside('virsh', 'create', file);
      await untilBanner();
    });
  } finally {
    await inside('virsh', 'destroy', 'bench-floor').catch(() => undefined);
    await rm(folder, { recursive: true });
  }
}
