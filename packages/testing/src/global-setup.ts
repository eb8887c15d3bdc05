import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '@nephos/embedded/port';
import { endLeftoverPostmaster, startPostgres } from '@nephos/embedded/postgres';
import { startTemporal } from '@nephos/embedded/temporal';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of a throw-away server, as superuser; every test makes its own database there. */
    postgresUrl: string;
    /** `host:port` of an in-memory Temporal dev server, namespace `default`. */
    temporalAddress: string;
  }
}

interface Servers {
  postgresUrl: string;
  temporalAddress: string;
  stop(): Promise<void>;
}

// Vitest loads this file once per project; all of them share the servers, so these live with the process and not with the module.
declare global {
  var nephosTestServers: { servers: Promise<Servers>; users: number } | undefined;
}

const PREFIX = 'nephos-test-servers-';

export async function setup(project: TestProject): Promise<void> {
  globalThis.nephosTestServers ??= { servers: startServers(), users: 0 };
  globalThis.nephosTestServers.users++;
  const { postgresUrl, temporalAddress } = await globalThis.nephosTestServers.servers;
  project.provide('postgresUrl', postgresUrl);
  project.provide('temporalAddress', temporalAddress);
}

export async function teardown(): Promise<void> {
  const shared = globalThis.nephosTestServers;
  if (!shared || --shared.users > 0) return;
  globalThis.nephosTestServers = undefined;
  await (await shared.servers).stop();
}

async function startServers(): Promise<Servers> {
  await removeFoldersOfDeadRuns();
  const folder = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  await chmod(folder, 0o711); // as root, PostgreSQL runs as another user and must get through
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir: path.join(folder, 'postgres'), port: await freePort(), use: { kind: 'throw-away' } }),
    startTemporal({ port: await freePort() }),
  ]);
  return {
    postgresUrl: postgres.adminUrl,
    temporalAddress: temporal.address,
    stop: async () => {
      await Promise.all([postgres.stop(), temporal.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A run that was killed leaves its folder; the kernel has ended its servers, or does so within moments. */
async function removeFoldersOfDeadRuns(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((entry) => entry.startsWith(PREFIX))) {
    const pid = name.slice(PREFIX.length).split('-')[0];
    if (existsSync(`/proc/${pid}`)) continue;
    const folder = path.join(tmpdir(), name);
    await endLeftoverPostmaster(path.join(folder, 'postgres'));
    await rm(folder, { recursive: true, force: true });
  }
}
