import { once } from 'node:events';
import { AGENT_CONTRACT, spokenHeaders, type Spoken } from '@nephos/contracts/agent-contract';
import type { HostReport } from '@nephos/contracts/agent.schema';
import type { HostDto } from '@nephos/contracts/host.schema';
import { newId } from '@nephos/model/id';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { connectControlPlane } from '@nephos/worker-host/control-plane';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { enrolHost } from '../enrol.arrange.ts';
import { call } from '../http-call.arrange.ts';

const { signal } = new AbortController();
const report: HostReport = { bootId: newId(), agentVersion: '1', isFull: true, guests: [], attempts: [] };
const OLD: Spoken = { current: 0, oldest: 0 };
const NEW: Spoken = { current: 9, oldest: AGENT_CONTRACT.current + 1 };

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('an agent that speaks nothing that this cloud does', () => {
  it.each([
    [OLD, 'AGENT_TOO_OLD', 'agent'],
    [NEW, 'AGENT_TOO_NEW', 'control-plane'],
  ])('%o is refused with %s, which everybody who looks at its host sees, and comes back once it fits', async (spoken, code, needsUpdate) => {
    const { host, agentConfig } = await enrolHost(api);
    const hostNow = async () => (await call(api.url, api.admin.token, 'host.get', { hostId: host.id })).data as HostDto;
    const [unfit, fit] = [connectControlPlane(agentConfig, spoken), connectControlPlane(agentConfig)];
    await fit.report(report, signal);
    expect(await hostNow()).toMatchObject({ state: 'connected', agentContract: 1, needsUpdate: null });

    const refused = { code, message: expect.stringMatching(/[Ii]nstall the agent of this cloud/) };
    await expect(unfit.report(report, signal)).rejects.toMatchObject(refused);
    await expect(unfit.fetchState(signal)).rejects.toMatchObject(refused);
    await expect(unfit.sendMetrics({ readings: [] }, signal)).rejects.toMatchObject(refused);
    expect(await hostNow()).toMatchObject({ state: 'disconnected', agentContract: spoken.current, needsUpdate });
    const { caCertificate: ca, certificate: cert, privateKey: key } = agentConfig;
    const channel = new WebSocket(`${agentConfig.endpoint.replace('http', 'ws')}/agent/channel`, {
      ca,
      cert,
      key,
      headers: spokenHeaders(spoken, '0'),
    });
    expect(String(await once(channel, 'error'))).toContain('409');

    expect(await fit.report(report, signal)).toMatchObject({ wasAway: true });
    expect(await hostNow()).toMatchObject({ state: 'connected', needsUpdate: null });
    await Promise.all([unfit.close(), fit.close()]);
  });

  it('is no other than one that speaks more than this cloud and still what it does', async () => {
    const { agentConfig } = await enrolHost(api);
    const newer = connectControlPlane(agentConfig, { current: 9, oldest: 1 });
    expect((await newer.fetchState(signal)).networks).toEqual([]);
    expect(Math.abs(newer.clockAheadMs() ?? NaN)).toBeLessThan(2_000); // one machine, and whole seconds
    await newer.close();
  });
});
