import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { CONTRACT_HEADER } from '@nephos/contracts/agent-contract';
import type { AgentConfig } from '@nephos/contracts/agent.schema';
import { hostQueue } from '@nephos/contracts/queue';
import { insertOperation } from '@nephos/db/operation.repo';
import { newId } from '@nephos/model/id';
import { ringFromJson } from '@nephos/secrets/key-file';
import { createPayloadCodec } from '@nephos/temporal-kit/payload-codec';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import type { PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolHost } from '../enrol.arrange.ts';
import { call as callApi } from '../http-call.arrange.ts';

const messages = proto.temporal.api.workflowservice.v1;
/** A host that could call these would own the server. */
const OF_OPERATORS = ['AddSearchAttributes', 'DeleteNamespace', 'AddOrUpdateRemoteCluster', 'ListClusters', 'CreateNexusEndpoint'];
const ADMITTED = [
  'GetSystemInfo',
  'DescribeNamespace',
  'PollActivityTaskQueue',
  'RecordActivityTaskHeartbeat',
  'RespondActivityTaskCompleted',
  'RespondActivityTaskFailed',
  'RespondActivityTaskCanceled',
  'ShutdownWorker',
];

let api: TestApi;
let one: Host;
let other: Host;
beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
  [one, other] = [openHost((await enrolHost(api)).agentConfig), openHost((await enrolHost(api)).agentConfig)];
});
afterAll(async () => {
  one?.client.close();
  other?.client.close();
  await api?.close();
});

const WORKFLOW_SERVICE = 'temporal.api.workflowservice.v1.WorkflowService';
function speaking(contract: string | undefined): Metadata {
  const metadata = new Metadata();
  if (contract) metadata.set(CONTRACT_HEADER, contract);
  return metadata;
}

interface Host {
  id: string;
  queue: string;
  client: Client;
  codec: PayloadCodec;
  /** Calls Temporal as this host; answers the status code, and the response when it is 0. */
  call(name: string, request?: Uint8Array, service?: string, contract?: string): Promise<{ code: number; response: Uint8Array }>;
  /** Takes a task from a queue. */
  poll(
    queue: string,
    namespace?: string,
    contract?: string,
  ): Promise<{ code: number; taskToken: Uint8Array; input?: proto.temporal.api.common.v1.IPayloads | null }>;
}

function openHost({ hostId, endpoint, caCertificate, privateKey, certificate, payloadKeys }: AgentConfig): Host {
  const tls = credentials.createSsl(Buffer.from(caCertificate), Buffer.from(privateKey), Buffer.from(certificate));
  const client = new Client(new URL(endpoint).host, tls);
  const call: Host['call'] = (name, request = new Uint8Array(), service = WORKFLOW_SERVICE, contract?) =>
    new Promise((resolve) => {
      const asBuffer = (bytes: Buffer) => bytes;
      const done = (error: ServiceError | null, response?: Buffer) =>
        resolve({ code: error?.code ?? status.OK, response: response ?? new Uint8Array() });
      client.makeUnaryRequest(
        `/${service}/${name}`,
        asBuffer,
        asBuffer,
        Buffer.from(request),
        speaking(contract),
        { deadline: Date.now() + 20_000 },
        done,
      );
    });
  return {
    id: hostId,
    queue: hostQueue(hostId),
    client,
    codec: createPayloadCodec(ringFromJson(payloadKeys)),
    call,
    poll: async (queue, namespace = 'default', contract?) => {
      const request = messages.PollActivityTaskQueueRequest.encode({ namespace, taskQueue: { name: queue }, identity: 'test' }).finish();
      const { code, response } = await call('PollActivityTaskQueue', request, WORKFLOW_SERVICE, contract);
      const { taskToken, input } = messages.PollActivityTaskQueueResponse.decode(response);
      return { code, taskToken, input: input ?? null };
    },
  };
}

const complete = (taskToken: Uint8Array, namespace = 'default', result?: proto.temporal.api.common.v1.IPayloads) =>
  messages.RespondActivityTaskCompletedRequest.encode({ namespace, taskToken, identity: 'test', result: result ?? null }).finish();
const CALLS = Object.keys(messages).flatMap((name) => (name.endsWith('Request') ? [name.replace(/Request$/, '')] : []));

describe('through the gate to Temporal a host', () => {
  it('takes the tasks of its own queue, and tells how they went', async () => {
    const run = api.temporal.workflow.execute('runFloor', {
      workflowId: `floor/${newId()}`,
      taskQueue: api.controlQueue,
      args: [{ stages: [{ localCount: 0, taskQueues: [one.queue, other.queue] }] }],
    });
    const [mine, theirs] = await Promise.all([one.poll(one.queue), other.poll(other.queue)]);
    expect([mine.code, theirs.code]).toEqual([status.OK, status.OK]);

    // The token of another's task opens nothing, nor does one of Temporal's own making, nor does one's own in another namespace.
    for (const name of ['RecordActivityTaskHeartbeat', 'RespondActivityTaskCompleted', 'RespondActivityTaskFailed', 'RespondActivityTaskCanceled']) {
      expect([name, (await one.call(name, complete(theirs.taskToken))).code]).toEqual([name, status.PERMISSION_DENIED]);
    }
    expect((await one.call('RespondActivityTaskCompleted', complete(new Uint8Array([1, 2, 3])))).code).toBe(status.PERMISSION_DENIED);
    expect((await one.call('RespondActivityTaskCompleted', complete(mine.taskToken, 'temporal-system'))).code).toBe(status.PERMISSION_DENIED);

    expect((await one.call('RecordActivityTaskHeartbeat', complete(mine.taskToken))).code).toBe(status.OK);
    expect((await one.call('RespondActivityTaskCompleted', complete(mine.taskToken))).code).toBe(status.OK);
    expect((await other.call('RespondActivityTaskCompleted', complete(theirs.taskToken))).code).toBe(status.OK);
    await run;
  });

  it('reads and writes what tasks carry with keys of its own, that no other host has', async () => {
    const run = await api.temporal.activity.start('greet', {
      id: newId(),
      taskQueue: one.queue,
      args: [{ secret: 'of one' }],
      startToCloseTimeout: '1m',
    });
    const task = await one.poll(one.queue);
    const sealed = task.input?.payloads ?? [];
    await expect(other.codec.decode(sealed)).rejects.toThrow('could not be opened');
    await expect(createPayloadCodec(api.keys.payloads).decode(sealed)).rejects.toThrow('could not be opened');
    const [input] = await one.codec.decode(sealed);
    expect(JSON.parse(String(Buffer.from(input?.data ?? [])))).toEqual({ secret: 'of one' });

    const payloads = await other.codec.encode([{ ...input, data: Buffer.from('"forged"') }]);
    expect((await one.call('RespondActivityTaskCompleted', complete(task.taskToken, 'default', { payloads }))).code).toBe(status.INVALID_ARGUMENT);
    const answer = await one.codec.encode([{ ...input, data: Buffer.from('"hello"') }]);
    expect((await one.call('RespondActivityTaskCompleted', complete(task.taskToken, 'default', { payloads: answer }))).code).toBe(status.OK);
    expect(await run.result()).toBe('hello');
  });

  it('answers what administrators can read in the history of the operation', async () => {
    const { actor } = api.tenants[0];
    const operation = await insertOperation(api.db, {
      kind: 'instance.stop',
      actor,
      accountId: actor.accountId,
      resource: { type: 'instance', id: newId(), name: 'vm' },
      input: {},
    });
    const run = api.temporal.workflow.execute('runFloor', {
      workflowId: `${operation.kind}/${operation.id}`,
      taskQueue: api.controlQueue,
      args: [{ stages: [{ localCount: 0, taskQueues: [one.queue] }] }],
    });
    const { taskToken } = await one.poll(one.queue);
    const told = {
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(JSON.stringify({ state: 'of a host', password: 'hunter2' })),
    };
    await one.call('RespondActivityTaskCompleted', complete(taskToken, 'default', { payloads: await one.codec.encode([told]) }));
    await run;
    const history = await callApi(api.url, api.admin.token, 'operation.getHistory', { operationId: operation.id });
    expect(history.data).toMatchObject({
      events: expect.arrayContaining([
        expect.objectContaining({
          type: 'ACTIVITY_TASK_COMPLETED',
          attributes: expect.objectContaining({ result: { payloads: [{ state: 'of a host', password: '(7 characters hidden)' }] } }),
        }),
      ]),
    });
  });

  it('takes nothing while its agent speaks nothing that this cloud does, but may tell how what it has went', async () => {
    const run = await api.temporal.activity.start('greet', { id: newId(), taskQueue: one.queue, args: [], startToCloseTimeout: '1m' });
    for (const contract of ['0-0', '2-3', 'what?'])
      expect([contract, (await one.poll(one.queue, 'default', contract)).code]).toEqual([contract, status.UNAVAILABLE]);
    const { code, taskToken } = await one.poll(one.queue, 'default', '1-2');
    expect(code).toBe(status.OK);
    const payloads = await one.codec.encode([{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"done"') }]);
    const answer = complete(taskToken, 'default', { payloads });
    expect((await one.call('RespondActivityTaskCompleted', answer, WORKFLOW_SERVICE, '0-0')).code).toBe(status.OK);
    expect(await run.result()).toBe('done');
  });

  it('takes nothing from another queue or namespace, and ends no other worker', async () => {
    for (const queue of [other.queue, api.controlQueue, 'control', '']) {
      expect([queue, (await one.poll(queue)).code]).toEqual([queue, status.PERMISSION_DENIED]);
    }
    expect((await one.poll(one.queue, 'temporal-system')).code).toBe(status.PERMISSION_DENIED);
    const shutdown = (taskQueue: string) => messages.ShutdownWorkerRequest.encode({ namespace: 'default', taskQueue, identity: 'x' }).finish();
    expect((await one.call('ShutdownWorker', shutdown(other.queue))).code).toBe(status.PERMISSION_DENIED);
  });

  it('finds none of the other calls', async () => {
    const refused = CALLS.filter((name) => !ADMITTED.includes(name));
    expect(refused).toEqual(expect.arrayContaining(['StartWorkflowExecution', 'SignalWorkflowExecution', 'GetWorkflowExecutionHistory']));
    for (const name of refused) expect([name, (await one.call(name)).code]).toEqual([name, status.UNIMPLEMENTED]);
    for (const name of OF_OPERATORS) {
      const { code } = await one.call(name, undefined, 'temporal.api.operatorservice.v1.OperatorService');
      expect([name, code]).toEqual([name, status.UNIMPLEMENTED]);
    }
  });

  it('is told what its SDK asks first', async () => {
    expect((await one.call('GetSystemInfo')).code).toBe(status.OK);
    const about = (namespace: string) => messages.DescribeNamespaceRequest.encode({ namespace }).finish();
    expect((await one.call('DescribeNamespace', about('default'))).code).toBe(status.OK);
    expect((await one.call('DescribeNamespace', about('temporal-system'))).code).toBe(status.PERMISSION_DENIED);
    expect((await one.call('PollActivityTaskQueue', new Uint8Array([255, 255]))).code).toBe(status.INVALID_ARGUMENT);
  });
});
