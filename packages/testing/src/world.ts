import { freshRing } from '@nephos/secrets/key-ring';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInstanceService, type InstanceService } from '@nephos/api/services/instance';
import { createOperationService } from '@nephos/api/services/operation';
import type { Request } from '@nephos/api/request';
import type { Db } from '@nephos/db/database';
import type { ComputeOffering, Host, Template, Zone } from '@nephos/db/prisma';
import { newId } from '@nephos/model/id';
import { createOperations, type Operations } from '@nephos/operations/operations';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { createTestDatabase } from './database.ts';
import { makeAccount, makeHost, makeOffering, makeTemplate, makeUser, makeZone } from './factories.ts';
import { createFaults, type Faults } from './faults.ts';
import { testDataConverter } from './histories.ts';
import { startWorkers, type WorldHost } from './workers.ts';

/** A small cloud in one process: real PostgreSQL, real Temporal, the real workflows and activities, simulated hosts. */
export interface World {
  db: Db;
  client: Client;
  controlQueue: string;
  operations: Operations;
  instances: InstanceService;
  faults: Faults;
  zone: Zone;
  template: Template;
  offering: ComputeOffering;
  hosts: WorldHost[];
  /** As a user of the world's one account asks. */
  request: Request;
  /** Waits until the operation's workflow has closed, however it ends. */
  finish(operation: { id: string; kind: string }): Promise<void>;
  /** Waits for every open operation that isn't stuck, also those that others have begun. */
  finishAll(): Promise<void>;
  /** Lets the sweep run once, and waits for what it began. */
  sweep(): Promise<void>;
  /** Cancels the newest operation of a kind, as its user asks. */
  cancelNewest(kind: string): Promise<void>;
  /** The workflow task that the newest operation of a kind is at is refused by Temporal when it is done, with all answers of records in it. */
  loseTaskOfNewest(kind: string): Promise<void>;
  /** Where hosts and records disagree: what runs and what is claimed to run. */
  disagreements(): Promise<string[]>;
  close(): Promise<void>;
}

export async function createWorld({ hostCount = 2, hostData = {} }: { hostCount?: number; hostData?: Partial<Host> } = {}): Promise<World> {
  const database = await createTestDatabase();
  const { db } = database;
  const folder = mkdtempSync(path.join(tmpdir(), `nephos-world-${process.pid}-`));
  const address = inject('temporalAddress');
  const dataConverter = testDataConverter;
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, dataConverter });
  const controlQueue = `control.${newId()}`;
  const operations = createOperations({
    client,
    controlQueue,
    onError: (error) => {
      throw error;
    },
  });
  const faults = createFaults();

  const zone = await makeZone(db);
  const account = await makeAccount(db, { maxInstances: 1_000, maxVcpus: 10_000, maxMemoryMib: 10_000_000 });
  const actor = await makeUser(db, account);
  const template = await makeTemplate(db, account, zone);
  const offering = await makeOffering(db);
  const rows = [];
  for (let n = 0; n < hostCount; n++) rows.push(await makeHost(db, zone, hostData as object));

  const { hosts, stop } = await startWorkers({ address, db, dataConverter, controlQueue, faults, folder, hostIds: rows.map(({ id }) => id) });

  const instances = createInstanceService({ db, operations, secretKeys: freshRing() });
  const operationService = createOperationService({ db, operations, instances });
  const finish: World['finish'] = async ({ id, kind }) =>
    void (await client.workflow
      .getHandle(`${kind}/${id}`)
      .result()
      .catch(() => undefined));
  const finishAll = async () => {
    const finished = new Set<string>();
    for (;;) {
      const open = await db.operation.findMany({ where: { state: { in: ['pending', 'running', 'undoing'] } } });
      if (open.length === 0) return;
      const left = open.find(({ id }) => finished.has(id));
      if (left) throw new Error(`operation ${left.kind} ${left.id} is ${left.state}, but its workflow has closed or was never there`);
      await Promise.all(open.map(finish));
      for (const { id } of open) finished.add(id);
    }
  };
  return {
    db,
    client,
    controlQueue,
    operations,
    faults,
    zone,
    template,
    offering,
    hosts,
    instances,
    finish,
    request: { actor },
    finishAll,
    sweep: async () => {
      await client.workflow.execute('sweep', { workflowId: `sweep/${newId()}`, taskQueue: controlQueue, args: [] });
      await finishAll();
    },
    cancelNewest: async (kind) => {
      const { id } = await db.operation.findFirstOrThrow({ where: { kind }, orderBy: { id: 'desc' } });
      await operationService.cancel({ actor }, { operationId: id });
    },
    loseTaskOfNewest: async (kind) => {
      const { id } = await db.operation.findFirstOrThrow({ where: { kind }, orderBy: { id: 'desc' } });
      // A workflow can't end while it has not heard something: the task is told again from its beginning.
      await client.workflow.getHandle(`${kind}/${id}`).signal('operationEnded', { operationId: 'nobody', error: null });
    },
    disagreements: () => findDisagreements(db, hosts),
    close: async () => {
      await stop();
      await Promise.all([connection.close(), database.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

async function findDisagreements(db: Db, hosts: readonly WorldHost[]): Promise<string[]> {
  const claimed = (await db.hostAllocation.findMany()).map((row) => `${row.resourceId} generation ${row.generation} on ${row.hostId}`);
  const running: string[] = [];
  for (const host of hosts) {
    for (const guest of await host.driver.listInstances())
      if (guest.state === 'running') running.push(`${guest.instanceId} generation ${guest.generation} on ${host.id}`);
    for (const router of await host.network.listRouters()) running.push(`${router.routerId} generation ${router.generation} on ${host.id}`);
  }
  return [
    ...claimed.filter((one) => !running.includes(one)).map((one) => `claimed and not running: ${one}`),
    ...running.filter((one) => !claimed.includes(one)).map((one) => `running and not claimed: ${one}`),
  ];
}
