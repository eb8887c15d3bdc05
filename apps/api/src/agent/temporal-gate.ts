import type { TLSSocket } from 'node:tls';
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { CONTRACT_HEADER, needsUpdate, readSpoken, tellNeeded } from '@nephos/contracts/agent-contract';
import { hostQueue } from '@nephos/contracts/queue';
import type { Logger } from '@nephos/log/log';
import { hostRing } from '@nephos/secrets/host-ring';
import type { Keys } from '@nephos/secrets/key-file';
import { open, seal, type KeyRing } from '@nephos/secrets/key-ring';
import { resealPayloads } from '@nephos/temporal-kit/reseal';
import proto from '@temporalio/proto';

const api = proto.temporal.api.workflowservice.v1;
const SERVICE = '/temporal.api.workflowservice.v1.WorkflowService/';
/** Of an agent's request, what the server needs to know of its SDK. */
const PASSED_METADATA = ['client-name', 'client-version', 'supported-server-versions'];
const MESSAGE_MAX_BYTES = 64 * 1024 * 1024;

type Bytes = Uint8Array;
interface Message<T> {
  decode(bytes: Bytes): T;
  encode(message: T): { finish(): Bytes };
}

interface Call {
  /** Only for agents that speak what we do. The others may still tell how what they have went. */
  givesWork?: boolean;
  /** What may be asked, as the server is to see it: written anew from what was understood, so nothing else passes. Throws Refusal. */
  admit(request: Bytes, hostId: string): Bytes;
  /** What the host is told. */
  answer?(response: Bytes, hostId: string): Bytes;
}

class Refusal extends Error {}

export interface TemporalGate {
  /** A host's connection, past TLS and ALPN. */
  accept(socket: TLSSocket): void;
  close(): void;
}

/**
 * All that a host reaches of Temporal: it takes tasks from its own queue, and tells of those that were handed to it. A task's token leaves
 * here sealed for its host, so one that was handed to another opens for nobody else; no process has to remember which went where.
 * What tasks carry is sealed anew with the host's own keys on the way out, and with the cloud's on the way in: a host can read no
 * other's. Every other call of the server is unknown here.
 */
export function createTemporalGate({
  temporalAddress,
  namespace = 'default',
  keys,
  log,
}: {
  temporalAddress: string;
  namespace?: string;
  keys: Keys;
  log: Logger;
}): TemporalGate {
  const options = {
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': MESSAGE_MAX_BYTES,
    'grpc.max_send_message_length': MESSAGE_MAX_BYTES,
  };
  const temporal = new Client(temporalAddress, credentials.createInsecure(), options);
  const gate = new Server(options);

  const rings = new Map<string, KeyRing>();
  function ringOf(hostId: string): KeyRing {
    const ring = rings.get(hostId) ?? hostRing(keys.payloads, hostId);
    rings.set(hostId, ring);
    return ring;
  }
  const contextOf = (hostId: string) => `task of host ${hostId}`;
  const assertNamespace = (asked: string | null | undefined) => {
    if (asked !== namespace) throw new Refusal(`A host has nothing to do with the namespace ${asked}.`);
  };
  function unseal(token: Bytes | null | undefined, hostId: string): Bytes {
    try {
      return open(keys.secrets, token ?? new Uint8Array(), contextOf(hostId));
    } catch {
      throw new Refusal('This task was not handed to this host.');
    }
  }
  /** A call that names a task. */
  function aboutTask<T extends { namespace?: string | null; taskToken?: Bytes | null }>(message: Message<T>): Call {
    return {
      admit: (bytes, hostId) => {
        const request = message.decode(bytes);
        assertNamespace(request.namespace);
        request.taskToken = unseal(request.taskToken, hostId);
        resealPayloads(request, ringOf(hostId), keys.payloads);
        return message.encode(request).finish();
      },
    };
  }

  const calls: Record<string, Call> = {
    GetSystemInfo: { admit: () => new Uint8Array() },
    DescribeNamespace: {
      admit: (bytes) => {
        assertNamespace(api.DescribeNamespaceRequest.decode(bytes).namespace);
        return api.DescribeNamespaceRequest.encode({ namespace }).finish();
      },
    },
    PollActivityTaskQueue: {
      givesWork: true,
      admit: (bytes, hostId) => {
        const request = api.PollActivityTaskQueueRequest.decode(bytes);
        assertNamespace(request.namespace);
        const queue = request.taskQueue?.name;
        if (queue !== hostQueue(hostId)) throw new Refusal(`A host takes tasks from its own queue only, not from ${queue}.`);
        request.taskQueue = { name: queue };
        return api.PollActivityTaskQueueRequest.encode(request).finish();
      },
      answer: (bytes, hostId) => {
        const response = api.PollActivityTaskQueueResponse.decode(bytes);
        if (response.taskToken.length === 0) return bytes; // nothing to do within the time of a poll
        response.taskToken = seal(keys.secrets, response.taskToken, contextOf(hostId));
        resealPayloads(response, keys.payloads, ringOf(hostId));
        return api.PollActivityTaskQueueResponse.encode(response).finish();
      },
    },
    RecordActivityTaskHeartbeat: aboutTask(api.RecordActivityTaskHeartbeatRequest),
    RespondActivityTaskCompleted: aboutTask(api.RespondActivityTaskCompletedRequest),
    RespondActivityTaskFailed: aboutTask(api.RespondActivityTaskFailedRequest),
    RespondActivityTaskCanceled: aboutTask(api.RespondActivityTaskCanceledRequest),
    ShutdownWorker: {
      admit: (bytes, hostId) => {
        const { identity, reason, workerInstanceKey, ...request } = api.ShutdownWorkerRequest.decode(bytes);
        assertNamespace(request.namespace);
        if (request.taskQueue && request.taskQueue !== hostQueue(hostId)) throw new Refusal('A host ends its own worker only.');
        return api.ShutdownWorkerRequest.encode({ namespace, identity, reason, workerInstanceKey, taskQueue: hostQueue(hostId) }).finish();
      },
    },
  };

  for (const [name, call] of Object.entries(calls)) {
    const path = `${SERVICE}${name}`;
    gate.register(path, handle(path, call), asBuffer, asBuffer, 'unary');
  }
  const injector = gate.createConnectionInjector(ServerCredentials.createInsecure());

  function handle(path: string, { admit, answer = (response) => response, givesWork = false }: Call): handleUnaryCall<Buffer, Buffer> {
    return (call, respond) => {
      const hostId = hostIdOf(call);
      if (!hostId) return respond({ code: status.UNAUTHENTICATED, details: 'The certificate names no host.' });
      const spoken = readSpoken(call.metadata.get(CONTRACT_HEADER)[0]);
      const which = givesWork && needsUpdate(spoken);
      if (which) return respond({ code: status.UNAVAILABLE, details: tellNeeded(which, spoken) }); // it asks again, and is served once it fits
      const request = admitted(() => admit(call.request, hostId), respond, hostId);
      if (!request) return;
      const upstream = temporal.makeUnaryRequest(
        path,
        asBuffer,
        asBuffer,
        Buffer.from(request),
        passedOn(call.metadata),
        { deadline: call.getDeadline() },
        (error, response) => {
          if (error || !response) return respond(error ?? { code: status.INTERNAL, details: 'The server answered nothing.' });
          try {
            respond(null, Buffer.from(answer(response, hostId)));
          } catch (failure) {
            log.error({ hostId, err: failure }, 'what Temporal answered could not be passed on to a host');
            respond({ code: status.INTERNAL, details: 'The answer could not be passed on.' });
          }
        },
      );
      call.on('cancelled', () => upstream.cancel());
    };
  }

  function admitted(admit: () => Bytes, respond: sendUnaryData<Buffer>, hostId: string): Bytes | undefined {
    try {
      return admit();
    } catch (error) {
      const isRefused = error instanceof Refusal;
      log.warn({ hostId, err: error }, 'a host asked Temporal for what is not its own');
      respond({
        code: isRefused ? status.PERMISSION_DENIED : status.INVALID_ARGUMENT,
        details: isRefused ? error.message : 'This is no such request.',
      });
      return undefined;
    }
  }

  return {
    accept: (socket) => injector.injectConnection(socket),
    close: () => {
      injector.destroy();
      gate.forceShutdown();
      temporal.close();
    },
  };
}

const asBuffer = (bytes: Buffer): Buffer => bytes;

function passedOn(asked: Metadata): Metadata {
  const metadata = new Metadata();
  for (const name of PASSED_METADATA) for (const value of asked.get(name)) metadata.add(name, value);
  return metadata;
}

function hostIdOf(call: ServerUnaryCall<Buffer, Buffer>): string | undefined {
  const name = call.getAuthContext().sslPeerCertificate?.subject.CN;
  return typeof name === 'string' ? name : undefined;
}
