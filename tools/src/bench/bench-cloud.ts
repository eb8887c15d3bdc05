import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createNephosClient, type NephosClient } from '@nephos/client/client';
import { DomainError } from '@nephos/model/errors';
import { readKeys } from '@nephos/secrets/key-file';
import { createDataConverter } from '@nephos/temporal-kit/data-converter';
import { Client, Connection } from '@temporalio/client';
import { startEmbeddedCloud, type EmbeddedCloud } from '../embedded-cloud.ts';
import { findRunningCloud } from '../run-file.ts';
import { foldersOf } from '../settings.ts';
import { addTenant } from '../tenant.ts';
import { say } from '../terminal.ts';

/** A throw-away cloud to measure: what `npm start` brings up, a client of its Temporal, and what a deploy names. */
export interface BenchCloud {
  cloud: EmbeddedCloud;
  temporal: Client;
  databaseUrl: string;
  admin: NephosClient;
  adminToken: string;
  zoneId: string;
  templateId: string;
  computeOfferingId: string;
  /** A user of an account of its own, whose limits do not matter here. */
  addTenant(name: string): Promise<{ client: NephosClient; token: string; accountId: string; domainId: string }>;
}

export async function withBenchCloud<T>(
  args: readonly string[],
  use: (bench: BenchCloud) => Promise<T>,
  env: Record<string, string> = {},
): Promise<T> {
  say('bench', `starting a cloud of its own: ${args.join(' ')}`);
  const cloud = await startEmbeddedCloud({ args, env: { NEPHOS_LOG_LEVEL: 'warn', NEPHOS_PUBLIC_NET: '203.0.113', ...env } });
  try {
    const folders = foldersOf(cloud.dataFolder);
    const running = await findRunningCloud(folders.runFile);
    if (!running) throw new DomainError('UNEXPECTED', 'The cloud ended right after its start.');
    const connection = await Connection.connect({ address: `127.0.0.1:${running.ports.temporal}` });
    const temporal = new Client({ connection, dataConverter: createDataConverter(readKeys(path.join(folders.control, 'master-key')).payloads) });
    const { db, api } = cloud;
    api.close(); // benches wait in their own ways, and nobody else watches
    const admin = createNephosClient({ url: api.url, token: api.token });
    const [zone, template, offering] = await Promise.all([
      db.zone.findFirstOrThrow(),
      db.template.findFirstOrThrow({ where: { state: 'ready' } }),
      db.computeOffering.findFirstOrThrow({ where: { name: 'tiny' } }),
    ]);
    const password = (await readFile(folders.postgresPassword, 'utf8')).trim();
    const result = await use({
      cloud,
      temporal,
      admin,
      adminToken: api.token,
      zoneId: zone.id,
      templateId: template.id,
      computeOfferingId: offering.id,
      databaseUrl: `postgresql://nephos:${password}@127.0.0.1:${running.ports.postgres}/nephos`,
      addTenant: async (name) => {
        const tenant = await addTenant(db, name);
        return { client: createNephosClient({ url: api.url, token: tenant.token }), ...tenant };
      },
    });
    await connection.close();
    return result;
  } finally {
    await cloud.close();
  }
}
