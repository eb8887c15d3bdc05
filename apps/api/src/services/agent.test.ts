import { freshRing } from '@nephos/secrets/key-ring';
import { AGENT_CONTRACT } from '@nephos/contracts/agent-contract';
import { newId } from '@nephos/model/id';
import { claimHost, releaseHost } from '@nephos/db/host-claim.repo';
import type { Host, Network } from '@nephos/db/prisma';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { makeAccount, makeHost, makeNetwork, makeZone } from '@nephos/testing/factories';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAgentService, type AgentService } from './agent.ts';

let database: TestDatabase;
let agents: AgentService;
beforeAll(async () => {
  database = await createTestDatabase();
  agents = createAgentService({ db: database.db, secretKeys: freshRing() });
});
afterAll(() => database.close());

describe('the answer to a full report', () => {
  let host: Host;
  let other: Host;
  let network: Network;
  let routerId: string;
  beforeEach(async () => {
    const { db } = database;
    const zone = await makeZone(db);
    const account = await makeAccount(db);
    [host, other] = [await makeHost(db, zone), await makeHost(db, zone)];
    network = await makeNetwork(db, account, zone, { vni: (await db.network.count()) + 10_000, revision: 5 });
    routerId = newId();
    await db.router.create({
      data: {
        id: routerId,
        accountId: account.id,
        zoneId: zone.id,
        networkId: network.id,
        name: 'r',
        state: 'running',
        hostId: host.id,
        generation: 1,
      },
    });
    await claimHost(db, host.id, { resourceId: routerId, generation: 1, cpuMhz: 100, memoryMib: 64 });
  });

  async function reportOf({ id }: Host, revision?: number) {
    const networks = revision === undefined ? [] : [{ networkId: network.id, vni: network.vni ?? 0, revision }];
    const answer = await agents.report(id, { bootId: newId(), agentVersion: '1', isFull: true, networks, guests: [], attempts: [] }, AGENT_CONTRACT);
    return {
      networks: answer.networks.map((desired) => [desired.networkId, desired.revision]),
      strays: answer.strays.map(({ networkId }) => networkId),
    };
  }

  it('holds the networks that are missing or made from an older state, and no others', async () => {
    await expect(reportOf(host)).resolves.toEqual({ networks: [[network.id, 5]], strays: [] });
    await expect(reportOf(host, 4)).resolves.toEqual({ networks: [[network.id, 5]], strays: [] });
    await expect(reportOf(host, 5)).resolves.toEqual({ networks: [], strays: [] });
  });

  it('names the networks that nothing on the host uses', async () => {
    await expect(reportOf(other, 5)).resolves.toEqual({ networks: [], strays: [network.id] });
    await releaseHost(database.db, routerId);
    await expect(reportOf(host, 5)).resolves.toEqual({ networks: [], strays: [network.id] });
  });
});
