import { createRequire } from 'node:module';
import { createRecordActivities } from '@nephos/activities/record-activities';
import { readEnvironment, sayReady } from '@nephos/config/environment';
import { CONTROL_QUEUE } from '@nephos/contracts/queue';
import { openDatabase } from '@nephos/db/database';
import { createLogger } from '@nephos/log/log';
import { HOST_SILENT_MS } from '@nephos/model/limits';
import { spread } from '@nephos/placement/host-allocator';
import { readOrMakeKeys } from '@nephos/secrets/key-file';
import { createDataConverter } from '@nephos/temporal-kit/data-converter';
import { controlWorkerOptions } from '@nephos/temporal-kit/worker-options';
import { quietRuntime } from '@nephos/temporal-kit/runtime';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { z } from 'zod';
import { ensureSchedules } from './schedules.ts';

// The control worker: runs workflows, and the record activities beside them. Any number of these may run anywhere.

const environment = readEnvironment({
  NEPHOS_DATABASE_URL: z.string().min(1),
  NEPHOS_TEMPORAL_ADDRESS: z.string().min(1),
  NEPHOS_KEY_FILE: z.string().min(1),
  /** After how long without a report a host is taken for disconnected. */
  NEPHOS_HOST_SILENT_MS: z.coerce.number().int().min(1_000).default(HOST_SILENT_MS),
});
const log = createLogger('control-worker');
quietRuntime(log);

const dataConverter = createDataConverter(readOrMakeKeys(environment.NEPHOS_KEY_FILE).payloads);
const address = environment.NEPHOS_TEMPORAL_ADDRESS;
const [connection, clientConnection] = await Promise.all([NativeConnection.connect({ address }), Connection.connect({ address })]);
const db = openDatabase(environment.NEPHOS_DATABASE_URL, { maxConnections: 20 });
await ensureSchedules(new Client({ connection: clientConnection, dataConverter }));

const worker = await Worker.create(
  controlWorkerOptions({
    connection,
    dataConverter,
    taskQueue: CONTROL_QUEUE,
    workflowBundlePath: createRequire(import.meta.url)
      .resolve('@nephos/workflows/package.json')
      .replace('package.json', 'dist/workflows.js'),
    activities: createRecordActivities({ db, ranking: spread(), hostSilentMs: environment.NEPHOS_HOST_SILENT_MS }),
  }),
);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void (worker.getState() === 'RUNNING' && worker.shutdown()));
const running = worker.run();
log.info({ name: CONTROL_QUEUE }, 'taking work');
sayReady();
await running;
await Promise.all([connection.close(), clientConnection.close(), db.$disconnect()]);
