import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { runTool } from '../run-tool.ts';
import { aDesiredRouter, aGuest } from './desired-router.factory.ts';
import { dhcpHosts, dnsHosts, dnsmasqConf } from './dnsmasq.ts';
import { nftRuleset } from './nftables.ts';
import { dnsmasqAccount } from './router-files.ts';

const { public: _, ...closed } = aDesiredRouter();
const full = aDesiredRouter({
  guests: Array.from({ length: 253 }, (__, index) =>
    aGuest({
      instanceId: `i-${index}`,
      hostname: `guest-${index}`,
      ip: `10.1.1.${index + 2}`,
      macAddress: `02:00:00:00:01:${index.toString(16).padStart(2, '0')}`,
    }),
  ),
});
const options = { signal: AbortSignal.timeout(60_000) };
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nephos-router-configuration-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each<[string, DesiredRouter]>([
  ['with a way out', aDesiredRouter()],
  ['closed', closed],
  ['full', full],
])('the configuration of a router %s', (_kind, router) => {
  it('is accepted by nft', async () => {
    await expect(runTool('nft', ['-c', '-f', '-'], { ...options, input: nftRuleset(router) })).resolves.toBe('');
    await expect(runTool('nft', ['-c', '-f', '-'], { ...options, input: nftRuleset(router).replace('drop', 'dorp') })).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
    });
  });

  it('is accepted by dnsmasq', async () => {
    const [leasesWanted, names, conf] = ['dhcp-hosts', 'names', 'dnsmasq.conf'].map((name) => join(folder, name));
    if (!leasesWanted || !names || !conf) throw new Error('three names, three paths');
    await writeFile(leasesWanted, dhcpHosts(router));
    await writeFile(names, dnsHosts(router));
    const text = dnsmasqConf(router, { leasesWanted, names, leases: join(folder, 'leases') }, await dnsmasqAccount());
    await writeFile(conf, text);
    await expect(runTool('dnsmasq', ['--test', `--conf-file=${conf}`], options)).resolves.toBeDefined();
    await writeFile(conf, `${text}dhcp-range=nonsense\n`);
    await expect(runTool('dnsmasq', ['--test', `--conf-file=${conf}`], options)).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
  });
});
