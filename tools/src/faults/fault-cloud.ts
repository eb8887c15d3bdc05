import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readKeys } from '@nephos/secrets/key-file';
import { createDataConverter } from '@nephos/temporal-kit/data-converter';
import { Client, Connection } from '@temporalio/client';
import { openCloudApi, type CloudApi } from '../cloud-api.ts';
import { startEmbeddedCloud, type EmbeddedCloud } from '../embedded-cloud.ts';
import { findRunningCloud } from '../run-file.ts';
import { foldersOf } from '../settings.ts';
import { addTenant } from '../tenant.ts';
import { createGates, type Gates } from './gates.ts';

/** A throw-away cloud of simulated hosts whose parts can be struck at any moment of any operation. */
export interface FaultCloud {
  cloud: EmbeddedCloud;
  temporal: Client;
  gates: Gates;
  /** What a deploy names. */
  deployInput: { zoneId: string; templateId: string; computeOfferingId: string };
  addTenant(name: string): Promise<Tenant>;
}

export interface Tenant {
  accountId: string;
  api: CloudApi;
}

const HOSTS = 4;
const ENVIRONMENT = {
  NEPHOS_AGENT_LATENCY_MS: '300', // so that there is a middle of a step
  NEPHOS_AGENT_KEEPS_HISTORY: 'true',
  NEPHOS_HOST_SILENT_MS: '20000', // shorter than the longest pause of an agent
  NEPHOS_RESTART_MAX_MS: '1000',
  NEPHOS_PUBLIC_NET: '203.0.113',
};

/** Brings it up, and away again afterwards; `use` may have left anything. Processes that outlive it are an error. */
export async function withFaultCloud<T>(use: (parts: FaultCloud) => Promise<T>): Promise<T> {
  const cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', String(HOSTS)], env: ENVIRONMENT });
  const closing: (() => unknown)[] = [];
  let result: T;
  try {
    const folders = foldersOf(cloud.dataFolder);
    const running = await findRunningCloud(folders.runFile);
    if (!running) throw new Error('The cloud ended right after its start.');
    const password = (await readFile(folders.postgresPassword, 'utf8')).trim();
    const gates = await createGates(`postgresql://nephos:${password}@127.0.0.1:${running.ports.postgres}/nephos`);
    const connection = await Connection.connect({ address: `127.0.0.1:${running.ports.temporal}` });
    closing.push(gates.close, () => connection.close());
    const [zone, template, offering] = await Promise.all([
      cloud.db.zone.findFirstOrThrow(),
      cloud.db.template.findFirstOrThrow({ where: { state: 'ready' } }),
      cloud.db.computeOffering.findFirstOrThrow({ where: { name: 'tiny' } }),
    ]);
    result = await use({
      cloud,
      gates,
      temporal: new Client({ connection, dataConverter: createDataConverter(readKeys(path.join(folders.control, 'master-key')).payloads) }),
      deployInput: { zoneId: zone.id, templateId: template.id, computeOfferingId: offering.id },
      addTenant: async (name) => {
        const { accountId, token } = await addTenant(cloud.db, name);
        const api = await openCloudApi(cloud.api.url, { token });
        closing.push(api.close);
        return { accountId, api };
      },
    });
  } finally {
    for (const close of closing) await Promise.resolve(close()).catch(() => undefined);
    await cloud.close();
  }
  const left = await processesOf(cloud.dataFolder);
  if (left.length > 0) throw new Error(`The cloud is down, and these processes of it are left: ${left.join(', ')}`);
  return result;
}

/** Processes that were started for this data folder, by their environment (proc(5)). */
async function processesOf(dataFolder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const environment = await readFile(path.join('/proc', pid, 'environ'), 'utf8').catch(() => ''); // it may have ended, or be another's
    if (environment.split('\0').includes(`NEPHOS_DATA=${dataFolder}`))
      found.push(`${pid} ${(await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?')).trim()}`);
  }
  return found;
}
