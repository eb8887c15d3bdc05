import { instanceMetricsDto, type Sample } from '@nephos/contracts/metrics.schema';
import { claimHost } from '@nephos/db/host-claim.repo';
import { newId } from '@nephos/model/id';
import { createTestApi, type TestApi, type TestCaller } from '@nephos/testing/test-api';
import { connectControlPlane, type ControlPlane } from '@nephos/worker-host/control-plane';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { enrolHost } from '../enrol.arrange.ts';
import { call } from '../http-call.arrange.ts';

const { signal } = new AbortController();

let api: TestApi;
let owner: TestCaller;
let instanceId: string;
const agents: ControlPlane[] = [];
beforeAll(async () => {
  api = await createTestApi();
  [owner] = api.tenants;
  const wanted = { zoneId: api.zone.id, name: 'vm', templateId: api.template.id, computeOfferingId: api.offering.id };
  const deployed = (await call(api.url, owner.token, 'instance.deploy', wanted)).data;
  instanceId = z.tuple([z.object({ resource: z.object({ id: z.string() }) })]).parse(deployed)[0].resource.id;
  for (const n of [1, 2]) {
    const { host, agentConfig } = await enrolHost(api);
    await api.db.host.update({ where: { id: host.id }, data: { state: 'connected', cpuCount: 8, cpuMhz: 2_000, memoryMib: 8_192 } });
    if (n === 1) expect(await claimHost(api.db, host.id, { resourceId: instanceId, generation: 1, cpuMhz: 500, memoryMib: 128 })).toBe(true);
    agents.push(connectControlPlane(agentConfig));
  }
});
afterAll(async () => {
  for (const agent of agents) await agent.close();
  await api.close();
});

const sample = (cpuFraction: number): Sample => ({
  instanceId,
  generation: 1,
  cpuFraction,
  memoryUsedBytes: null,
  memoryResidentBytes: 1,
  diskReadBytes: 1,
  diskWriteBytes: 1,
  diskReadRequests: 1,
  diskWriteRequests: 1,
  networkInBytes: 1,
  networkOutBytes: 1,
});
const send = (agent: ControlPlane, cpuFraction: number, at = new Date()) =>
  agent.sendMetrics({ readings: [{ at: at.toISOString(), samples: [sample(cpuFraction)] }] }, signal);
const shown = async () => {
  const answer = await call(api.url, owner.token, 'instance.metrics', { instanceId });
  return instanceMetricsDto.parse(answer.data).series.cpuFraction.average;
};

describe('an agent’s samples', () => {
  it('reach the owner of the instance, once', async () => {
    const at = new Date(Date.now() - 1_000);
    expect(await send(agents[0]!, 0.5, at)).toEqual({ refused: 0 });
    expect(await send(agents[0]!, 0.5, at)).toEqual({ refused: 0 });
    expect(await shown()).toEqual([0.5]);
  });

  it('are kept out when the certificate is of a host without the claim', async () => {
    expect(await send(agents[1]!, 0.9)).toEqual({ refused: 1 });
    expect(await shown()).toEqual([0.5]);
  });

  it.each([-0.5, 1e16])('are refused when a value is none: %s', async (value) => {
    await expect(send(agents[0]!, value)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('are not shown to anybody else', async () => {
    expect((await call(api.url, api.tenants[1].token, 'instance.metrics', { instanceId })).code).toBe('NOT_FOUND');
    expect((await call(api.url, owner.token, 'instance.metrics', { instanceId: newId() })).code).toBe('NOT_FOUND');
  });
});
