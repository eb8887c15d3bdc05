import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConsoleKind } from '@nephos/model/console';
import { realClock } from '@nephos/drivers/simulator/latency';
import { createSimulatorNetwork } from '@nephos/drivers/simulator/network';
import { createSimulatorDriver, type SimulatorDriver } from '@nephos/drivers/simulator/simulator-driver';
import { keepChannel } from '@nephos/worker-host/channel';
import { createLogger } from '@nephos/log/log';
import { newId } from '@nephos/model/id';
import type { TestApi, TestCaller } from '@nephos/testing/test-api';
import { WebSocket, type ClientOptions } from 'ws';
import { z } from 'zod';
import { enrolHost } from './enrol.arrange.ts';
import { call } from './http-call.arrange.ts';

const deployedSchema = z.tuple([z.object({ resource: z.object({ id: z.string(), name: z.string() }) })]);

export interface ConsoleHost {
  id: string;
  driver: SimulatorDriver;
  /** An instance of the caller's account that runs here. */
  startInstance(owner: TestCaller): Promise<string>;
  /** Its agent is away from now on. */
  leave(): Promise<void>;
}

/** A simulated host whose agent has its channel open. */
export async function makeConsoleHost(api: TestApi): Promise<ConsoleHost> {
  const { host, agentConfig } = await enrolHost(api);
  const stateDir = mkdtempSync(path.join(tmpdir(), `nephos-console-${process.pid}-`));
  const driver = createSimulatorDriver({ hostId: host.id, stateDir, clock: realClock });
  const stop = new AbortController();
  const channel = keepChannel({
    config: agentConfig,
    hypervisor: driver,
    network: createSimulatorNetwork({ hostId: host.id, stateDir }),
    onNetwork: () => undefined,
    signal: stop.signal,
    log: createLogger('agent', 'silent'),
  });
  return {
    id: host.id,
    driver,
    startInstance: async ({ token }) => {
      const wanted = { zoneId: api.zone.id, name: `vm-${newId()}`, templateId: api.template.id, computeOfferingId: api.offering.id };
      const [deployed] = deployedSchema.parse((await call(api.url, token, 'instance.deploy', wanted)).data);
      const { id, name } = deployed.resource;
      await api.db.instance.update({ where: { id }, data: { state: 'running', hostId: host.id, generation: 1, operationId: null } });
      const spec = { instanceId: id, name, generation: 1, cpuCount: 1, memoryMib: 64, volumes: [], nics: [] };
      await driver.ensureInstance(spec, { signal: stop.signal, onProgress: () => undefined });
      return id;
    },
    leave: async () => {
      stop.abort();
      await channel;
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

export async function askConsole(api: TestApi, token: string, instanceId: string, kind: ConsoleKind = 'serial') {
  const answer = await call(api.url, token, 'instance.openConsole', { instanceId, kind });
  return { ...answer, token: z.object({ token: z.string() }).safeParse(answer.data).data?.token ?? '' };
}

const answerSchema = z.object({ ok: z.boolean(), code: z.string().optional(), message: z.string().optional() });

export interface Viewer {
  socket: WebSocket;
  /** `{"ok":true}` or why not. */
  answer: z.output<typeof answerSchema>;
  /** All that the guest has said until this was in it. */
  untilHeard(text: string): Promise<string>;
  closed: Promise<{ code: number; reason: string }>;
}

export async function viewConsole(api: TestApi, token: string, options: ClientOptions = {}): Promise<Viewer> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/console`, options);
  const heard: string[] = [];
  socket.on('message', (data, isBinary) => void (isBinary && heard.push(String(data))));
  const closed = once(socket, 'close').then(([code, reason]: unknown[]) => ({ code: Number(code), reason: String(reason) }));
  await once(socket, 'open');
  socket.send(JSON.stringify({ token }));
  const [message]: unknown[] = await once(socket, 'message');
  const answer = answerSchema.parse(JSON.parse(String(message)));
  return {
    socket,
    answer,
    closed,
    untilHeard: async (text) => {
      while (!heard.join('').includes(text)) await once(socket, 'message');
      return heard.join('');
    },
  };
}
