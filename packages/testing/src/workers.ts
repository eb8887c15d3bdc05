import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHostActivities } from '@nephos/activities/host-activities';
import { createRecordActivities } from '@nephos/activities/record-activities';
import { hostQueue } from '@nephos/contracts/queue';
import type { Db } from '@nephos/db/database';
import { describeRouter } from '@nephos/db/network.repo';
import type { NetworkDriver } from '@nephos/drivers/network-driver';
import { createSimulatorDriver, type SimulatorDriver } from '@nephos/drivers/simulator/simulator-driver';
import { createSimulatorNetwork } from '@nephos/drivers/simulator/network';
import { realClock } from '@nephos/drivers/simulator/latency';
import { spread } from '@nephos/placement/host-allocator';
import { controlWorkerOptions, hostWorkerOptions } from '@nephos/temporal-kit/worker-options';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { TEMPLATE_BYTES } from './factories.ts';
import type { Faults } from './faults.ts';

export interface WorldHost {
  id: string;
  driver: SimulatorDriver;
  network: NetworkDriver;
}

interface Parts {
  address: string;
  db: Db;
  dataConverter: DataConverter;
  controlQueue: string;
  faults: Faults;
  /** Where simulated hosts keep their state. */
  folder: string;
  hostIds: readonly string[];
}

const bundlePath = fileURLToPath(import.meta.resolve('@nephos/workflows/all-workflows')).replace('src/all-workflows.ts', 'dist/workflows.js');
let isQuiet = false;

/** A control worker and one worker for each simulated host, in this process, with the real workflows and activities. */
export async function startWorkers({
  address,
  db,
  dataConverter,
  controlQueue,
  faults,
  folder,
  hostIds,
}: Parts): Promise<{ hosts: WorldHost[]; stop(): Promise<void> }> {
  if (!isQuiet) Runtime.install({ logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet } });
  isQuiet = true;
  const connection = await NativeConnection.connect({ address });
  const hosts = hostIds.map((id) => {
    const options = { hostId: id, stateDir: path.join(folder, id) };
    return { id, driver: createSimulatorDriver({ ...options, clock: realClock }), network: createSimulatorNetwork(options) };
  });
  const workers = await Promise.all([
    Worker.create(
      controlWorkerOptions({
        connection,
        dataConverter,
        taskQueue: controlQueue,
        workflowBundlePath: bundlePath,
        activities: faults.wrap(createRecordActivities({ db, ranking: spread() })),
      }),
    ),
    ...hosts.map(({ id, driver, network }) =>
      Worker.create(
        hostWorkerOptions({
          connection,
          dataConverter,
          taskQueue: hostQueue(id),
          activities: faults.wrap(createHostActivities({ hypervisor: driver, network, ...fetchers(db) })),
        }),
      ),
    ),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    hosts,
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

function fetchers(db: Db) {
  return {
    fetchTemplate: async (_: unknown, offset: number) => new Blob([TEMPLATE_BYTES.slice(offset)]).stream(),
    fetchRouter: async (routerId: string) => {
      const { hostId } = await db.router.findUniqueOrThrow({ where: { id: routerId } });
      const desired = hostId && (await describeRouter(db, { id: routerId, hostId }));
      if (!desired) throw new Error(`router ${routerId} has no claim`);
      return desired;
    },
  };
}

function quiet(): void {}
