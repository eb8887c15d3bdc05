import { freshRing } from '@nephos/secrets/key-ring';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startApi } from '@nephos/api/api';
import type { Pages } from '@nephos/api/http/pages';
import type { Actor } from '@nephos/authz/actor';
import type { Db } from '@nephos/db/database';
import type { ComputeOffering, Host, Template, Zone } from '@nephos/db/prisma';
import { newToken } from '@nephos/db/token';
import { createLogger } from '@nephos/log/log';
import { newId } from '@nephos/model/id';
import type { Keys } from '@nephos/secrets/key-file';
import { createDataConverter } from '@nephos/temporal-kit/data-converter';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { createTestDatabase } from './database.ts';
import { makeAccount, makeHost, makeOffering, makeTemplate, makeUser, makeZone } from './factories.ts';
import { createFaults, type Faults } from './faults.ts';
import { startWorkers } from './workers.ts';

type UserActor = Extract<Actor, { kind: 'user' }>;

export interface TestCaller {
  actor: UserActor;
  /** An API key. */
  token: string;
}

/** A real API process in this one, on a database and a control queue of its own. */
export interface TestApi {
  url: string;
  agentUrl: string;
  databaseUrl: string;
  keys: Keys;
  db: Db;
  temporal: Client;
  admin: TestCaller & { name: string; password: string };
  /** Two users of different accounts. */
  tenants: [TestCaller, TestCaller];
  zone: Zone;
  /** Public, and ready. */
  template: Template;
  offering: ComputeOffering;
  /** Records of hosts; with `withWorld` simulated hosts stand behind them. */
  hosts: Host[];
  faults: Faults;
  /** Of Temporal; without `withWorld` nobody takes from it. */
  controlQueue: string;
  /** Every line that the API has logged, from `debug` on, as it would be written. */
  logLines: string[];
  /** Waits for every open operation that isn't stuck. Needs `withWorld`. */
  finishAll(): Promise<void>;
  close(): Promise<void>;
}

export const ADMIN_PASSWORD = 'correct horse battery staple';

/**
 * Starts the API of apps/api with fresh keys. With `withWorld` also a control worker and two simulated hosts; without them
 * operations are accepted and stay `pending`.
 */
export async function createTestApi({ withWorld = false, pages }: { withWorld?: boolean; pages?: Pages } = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const { db } = database;
  const folder = mkdtempSync(path.join(tmpdir(), `nephos-test-api-${process.pid}-`));
  const temporalAddress = inject('temporalAddress');
  const controlQueue = `control.${newId()}`;
  const keys: Keys = { secrets: freshRing(), payloads: freshRing() };
  const logLines: string[] = [];
  const local = { host: '127.0.0.1', port: 0 };
  const api = await startApi({
    databaseUrl: database.url,
    temporalAddress,
    dataDir: folder,
    keys,
    listen: local,
    agentListen: local,
    controlQueue,
    recheckStreamsMs: 200,
    openStreamsWithinMs: 5_000,
    pages,
    log: createLogger('api', 'debug', { write: (line) => void logLines.push(line) }),
  });
  const dataConverter = createDataConverter(keys.payloads);
  const connection = await Connection.connect({ address: temporalAddress });
  const temporal = new Client({ connection, dataConverter });

  await api.services.user.ensureRootAdministrator(ADMIN_PASSWORD);
  const root = await db.user.findFirstOrThrow({ where: { role: 'root-admin' }, include: { account: true } });
  const admin: UserActor = { kind: 'user', userId: root.id, accountId: root.accountId, domainId: root.account.domainId, role: 'root-admin' };
  const zone = await makeZone(db);
  const template = await makeTemplate(db, root.account, zone);
  const offering = await makeOffering(db);
  const hosts = [await makeHost(db, zone), await makeHost(db, zone)];
  const faults = createFaults();
  const world = withWorld
    ? await startWorkers({ address: temporalAddress, db, dataConverter, controlQueue, faults, folder, hostIds: hosts.map(({ id }) => id) })
    : undefined;

  return {
    url: api.url,
    agentUrl: api.agentUrl,
    databaseUrl: database.url,
    controlQueue,
    keys,
    db,
    temporal,
    zone,
    template,
    offering,
    hosts,
    faults,
    logLines,
    admin: { ...(await withKey(db, admin)), name: root.name, password: ADMIN_PASSWORD },
    tenants: [await makeTenant(db), await makeTenant(db)],
    finishAll: async () => {
      for (;;) {
        const open = await db.operation.findMany({ where: { state: { in: ['pending', 'running', 'undoing'] } } });
        if (open.length === 0) return;
        await Promise.all(
          open.map(({ kind, id }) =>
            temporal.workflow
              .getHandle(`${kind}/${id}`)
              .result()
              .catch(() => undefined),
          ),
        );
      }
    },
    close: async () => {
      await api.close();
      await world?.stop();
      await connection.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A user of an account of its own, with an API key. */
export async function makeTenant(db: Db): Promise<TestCaller> {
  return withKey(db, await makeUser(db, await makeAccount(db)));
}

async function withKey(db: Db, actor: UserActor): Promise<TestCaller> {
  const { token, tokenHash } = newToken('key');
  await db.apiKey.create({ data: { id: newId(), userId: actor.userId, accountId: actor.accountId, name: 'test', tokenHash } });
  return { actor, token };
}
