import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNephosClient, NephosError } from '@nephos/client/client';
import { agentConfigSchema } from '@nephos/contracts/agent.schema';
import { TEMPLATE_BYTES } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { setUpZone, type ZonePlan } from './setup-zone.ts';

let api: TestApi;
let folder: string;
beforeAll(async () => {
  api = await createTestApi();
  folder = mkdtempSync(path.join(tmpdir(), `nephos-zone-${process.pid}-`));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

function plan(name: string): ZonePlan {
  const file = path.join(folder, 'image');
  writeFileSync(file, TEMPLATE_BYTES);
  return {
    name,
    publicAddresses: { firstIp: '203.0.113.10', lastIp: '203.0.113.19', prefixLength: 24 },
    hypervisor: 'simulator',
    hosts: [1, 2, 3].map((n) => ({
      name: `${name}-host-${n}`,
      managementIp: `192.0.2.${100 + n}`,
      poolPath: `/pool/${n}`,
      agentConfigFile: path.join(folder, `${name}.json`),
    })),
    offerings: [{ name: `${name}-tiny`, cpuCount: 1, cpuMhz: 500, memoryMib: 128 }],
    template: {
      name: `${name}-template`,
      description: '',
      withImage: (use) => use({ file, sha256: createHash('sha256').update(TEMPLATE_BYTES).digest('hex'), sizeBytes: TEMPLATE_BYTES.length }),
    },
  };
}

async function counts() {
  const [zones, pods, clusters, hosts, pools, stores, templates, offerings, addresses] = await Promise.all([
    api.db.zone.count(),
    api.db.pod.count(),
    api.db.cluster.count(),
    api.db.host.count(),
    api.db.pool.count(),
    api.db.imageStore.count(),
    api.db.template.count(),
    api.db.computeOffering.count(),
    api.db.address.count(),
  ]);
  return { zones, pods, clusters, hosts, pools, stores, templates, offerings, addresses };
}

describe('setting a zone up', () => {
  it('makes it ready, with keys that only their owner reads; again it changes nothing', async () => {
    const client = createNephosClient({ url: api.url, token: api.admin.token });
    const before = await counts();
    const { zoneId, templateId } = await setUpZone(client, plan('new'));
    const after = await counts();
    expect(after).toEqual({
      zones: before.zones + 1,
      pods: before.pods + 1,
      clusters: before.clusters + 1,
      hosts: before.hosts + 3,
      pools: before.pools + 3,
      stores: before.stores + 1,
      templates: before.templates + 1,
      offerings: before.offerings + 1,
      addresses: before.addresses + 10,
    });
    expect((await client.api.template.get.query({ templateId })).state).toBe('ready');
    const file = path.join(folder, 'new.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const configs = z.array(agentConfigSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(configs.map(({ hostName }) => hostName)).toEqual(['new-host-1', 'new-host-2', 'new-host-3']);

    expect(await setUpZone(client, plan('new'))).toEqual({ zoneId, templateId });
    expect(await counts()).toEqual(after);
  });

  it('makes what is missing after it was broken off at any call', async () => {
    let calls = 0;
    const isDone = async (failAt: number) => {
      const fetch: typeof globalThis.fetch = (input, init) =>
        ++calls === failAt ? Promise.reject(new Error('broken off')) : globalThis.fetch(input, init);
      calls = 0;
      const name = `broken-${failAt}`;
      const client = createNephosClient({ url: api.url, token: api.admin.token, fetch });
      const wanted = { ...plan(name), publicAddresses: { firstIp: `203.0.${failAt}.10`, lastIp: `203.0.${failAt}.10`, prefixLength: 24 } };
      const first = await setUpZone(client, wanted).catch((error: unknown) => error);
      if (first instanceof NephosError) await setUpZone(createNephosClient({ url: api.url, token: api.admin.token }), wanted);
      const { id } = await api.db.zone.findUniqueOrThrow({ where: { name } });
      expect([
        failAt,
        await api.db.host.count({ where: { zoneId: id } }),
        await api.db.pool.count({ where: { zoneId: id } }),
        await api.db.pod.count({ where: { zoneId: id } }),
      ]).toEqual([failAt, 3, 3, 1]);
      expect(await api.db.template.count({ where: { name: `${name}-template`, state: 'ready' } })).toBe(1);
      return !(first instanceof NephosError);
    };
    for (let failAt = 1; !(await isDone(failAt)); failAt++);
    expect(calls).toBeGreaterThan(20);
  });
});
