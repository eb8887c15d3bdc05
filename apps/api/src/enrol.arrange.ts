import type { HostToJoinDto } from '@nephos/contracts/host.schema';
import { hostToJoinDto } from '@nephos/contracts/host.schema';
import { newId } from '@nephos/model/id';
import type { TestApi } from '@nephos/testing/test-api';
import { joinCloud } from '@nephos/worker-host/join';
import { call } from './http-call.arrange.ts';

/** Another host of the cloud, as an administrator adds it. */
export async function createHostToJoin(api: TestApi): Promise<HostToJoinDto> {
  const clusterId = api.hosts[0]?.clusterId;
  const answer = await call(api.url, api.admin.token, 'host.create', { clusterId, name: `h-${newId()}`, managementIp: '192.0.2.99' });
  return hostToJoinDto.parse(answer.data);
}

/** Another host that has joined; with what its agent is started with. */
export async function enrolHost(api: TestApi) {
  const { host, server, fingerprint, joinToken } = await createHostToJoin(api);
  return { host, agentConfig: await joinCloud({ server, fingerprint, token: joinToken }) };
}
