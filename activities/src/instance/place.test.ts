import { findViolations } from '@nephos/db/invariants';
import { firstFit, spread } from '@nephos/placement/host-allocator';
import { makeAccount, makeHost, makeOffering, makeTemplate, makeUser, makeZone } from '@nephos/testing/factories';
import { insertInstance } from '@nephos/db/instance-create.repo';
import { newId } from '@nephos/model/id';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstanceRecords } from './records.activities.ts';
import { findOrMakeDefaultNetwork } from '@nephos/db/network-create.repo';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ maxConnections: 20 });
});
afterAll(() => database.close());

describe('placing instances', () => {
  it.each([
    ['first-fit', firstFit],
    ['spread', spread()],
  ])('never oversubscribes a host, whoever races (%s)', async (_, ranking) => {
    const { db } = database;
    const zone = await makeZone(db, { guestCidr: '10.1.0.0/22' });
    const account = await makeAccount(db, { maxInstances: 1_000, maxVcpus: 1_000, maxMemoryMib: 1_000_000 });
    const offering = await makeOffering(db, { memoryMib: 100 });
    const template = await makeTemplate(db, account, zone);
    for (let host = 0; host < 10; host++) await makeHost(db, zone, { memoryMib: 4_250 }); // room for 42 each: 420 of 500
    const actor = await makeUser(db, account);
    const network = await findOrMakeDefaultNetwork(db, account.id, zone);
    const instances = await db.$transaction(
      async (tx) => {
        const made = [];
        for (let n = 0; n < 500; n++) {
          made.push(
            await insertInstance(tx, {
              accountId: account.id,
              domainId: actor.domainId,
              zoneId: zone.id,
              name: `vm-${n}`,
              displayName: '',
              template,
              offering,
              networkId: network.id,
              operationId: newId(),
              rootDiskBytes: 1n,
              tags: {},
            }),
          );
        }
        return made;
      },
      { timeout: 60_000 },
    );

    const records = createInstanceRecords({ db, ranking });
    const outcomes = await Promise.allSettled(
      instances.map(({ id, operationId }) => records.placeInstance({ instanceId: id, operationId: operationId ?? '', excludeHostIds: [] })),
    );

    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(420);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason.message)] : []));
    expect(new Set(refused)).toEqual(new Set([`No host of zone ${zone.name} has 100 MiB of memory free.`]));
    const hosts = await db.host.findMany({ where: { zoneId: zone.id } });
    expect(hosts.map((host) => host.claimedMemoryMib)).toEqual(Array(10).fill(4_200));
    expect((await findViolations(db)).filter(({ rule }) => /oversubscribed|claims what/.test(rule))).toEqual([]);
  });
});
