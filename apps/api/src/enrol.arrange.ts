import { agentConfigSchema } from '@nephos/contracts/agent.schema';
import { newId } from '@nephos/model/id';
import type { TestApi } from '@nephos/testing/test-api';
import { z } from 'zod';
import { call } from './http-call.arrange.ts';

const enrolled = z.object({ host: z.object({ id: z.string() }), agentConfig: agentConfigSchema });

/** Another host of the cloud, as an administrator adds it; with what its agent is started with. */
export async function enrolHost(api: TestApi) {
  const clusterId = api.hosts[0]?.clusterId;
  const answer = await call(api.url, api.admin.token, 'host.create', { clusterId, name: `h-${newId()}`, managementIp: '192.0.2.99' });
  return enrolled.parse(answer.data);
}
