import { once } from 'node:events';
import { streamHelloSchema, streamRequestSchema, type ChannelMessage, type StreamRequest, type StreamTarget } from '@nephos/contracts/agent.schema';
import { hashToken, newToken } from '@nephos/db/token';
import type { Logger } from '@nephos/log/log';
import { DomainError, isErrorCode } from '@nephos/model/errors';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Notifications } from '../notifications.ts';

const OPEN_WITHIN_MS = 20_000;
const PING_EVERY_MS = 20_000;
/** Between API processes: a question for a host's channel; without one, the word that the channel has come. */
const forwardedSchema = z.object({ hostId: z.string(), request: streamRequestSchema.optional() });

interface Pending {
  hostId: string;
  request: StreamRequest;
  resolve: (socket: WebSocket) => void;
  reject: (error: Error) => void;
}

export interface StreamGateway {
  /**
   * The agent's end of a stream, paused. Throws HOST_UNREACHABLE when the host's agent doesn't open it in time, and what the agent
   * says of a target that can't be reached.
   */
  open(hostId: string, target: StreamTarget): Promise<WebSocket>;
  /** Says something to the host's agent if its channel ends in this process; else nothing happens. */
  tell(hostId: string, message: ChannelMessage): void;
  /** The connection over which an agent is asked to open streams. */
  addChannel(hostId: string, socket: WebSocket): void;
  /** A stream that an agent opened; its first message is the token it was given. */
  addStream(hostId: string, socket: WebSocket): void;
}

/**
 * Streams to guests. Hosts listen on nothing: the agent is asked over its channel, dials the guest inside the router's
 * namespace, and opens a stream outward to this process with a token that is good once. The channel may end in another API
 * process; then the question goes there by NOTIFY. A channel that comes while somebody waits is asked then: after the start of an API
 * process viewers are back before agents are. Asked twice, the agent's second stream finds its token used.
 */
export function createStreamGateway({
  gatewayUrl,
  notifications,
  openWithinMs = OPEN_WITHIN_MS,
  log,
}: {
  gatewayUrl: () => string;
  notifications: Notifications;
  openWithinMs?: number | undefined;
  log: Logger;
}): StreamGateway {
  const channels = new Map<string, WebSocket>();
  const pending = new Map<string, Pending>();
  notifications.events.on('agent', (payload: string) => {
    const { hostId, request } = forwardedSchema.parse(JSON.parse(payload));
    if (request) channels.get(hostId)?.send(JSON.stringify(request));
    else if (!channels.has(hostId)) askAgain(hostId);
  });

  async function ask(hostId: string, request: StreamRequest): Promise<void> {
    const channel = channels.get(hostId);
    if (channel) channel.send(JSON.stringify(request));
    else await notifications.notify('agent', JSON.stringify({ hostId, request }));
  }
  /** For those who wait here for a host whose channel has come. */
  function askAgain(hostId: string): void {
    for (const waiting of pending.values()) if (waiting.hostId === hostId) void ask(hostId, waiting.request).catch(noteUntold);
  }
  const noteUntold = (error: unknown) => log.warn({ err: error }, 'other API processes could not be told of a stream');

  return {
    open: async (hostId, target) => {
      const { token, tokenHash } = newToken('stream');
      const opened = Promise.withResolvers<WebSocket>();
      const request: StreamRequest = { kind: 'open-stream', token, gatewayUrl: gatewayUrl(), target };
      pending.set(tokenHash, { hostId, request, ...opened });
      const timer = setTimeout(
        () => opened.reject(new DomainError('HOST_UNREACHABLE', 'The host did not open the stream in time. Its agent may be away.', { hostId })),
        openWithinMs,
      );
      try {
        await ask(hostId, request);
        return await opened.promise;
      } finally {
        clearTimeout(timer);
        pending.delete(tokenHash);
      }
    },

    tell: (hostId, message) => channels.get(hostId)?.send(JSON.stringify(message)),

    addChannel: (hostId, socket) => {
      channels.get(hostId)?.close(4409, 'another channel of the same host');
      channels.set(hostId, socket);
      const ping = setInterval(() => socket.ping(), PING_EVERY_MS);
      socket.on('close', () => {
        clearInterval(ping);
        if (channels.get(hostId) === socket) channels.delete(hostId);
      });
      socket.on('error', (error) => log.info({ hostId, err: error }, 'the channel of an agent broke'));
      askAgain(hostId);
      void notifications.notify('agent', JSON.stringify({ hostId })).catch(noteUntold);
    },

    addStream: (hostId, socket) => {
      socket.on('error', (error) => log.info({ hostId, err: error }, 'a stream of an agent broke')); // it closes after
      void once(socket, 'message', { signal: AbortSignal.timeout(OPEN_WITHIN_MS) })
        .then(([message]: unknown[]) => {
          const { token, error } = streamHelloSchema.parse(JSON.parse(String(message)));
          const waiting = pending.get(hashToken(token));
          if (!waiting || waiting.hostId !== hostId) return socket.close(4401, 'unknown token');
          pending.delete(hashToken(token));
          socket.pause(); // until the other side reads, nothing is lost
          if (error) waiting.reject(new DomainError(isErrorCode(error.code) ? error.code : 'HOST_UNREACHABLE', error.message, { hostId }));
          else waiting.resolve(socket);
        })
        .catch((error: unknown) => {
          log.info({ hostId, err: error }, 'a stream of an agent was refused');
          socket.terminate();
        });
    },
  };
}

/** Joins two ends until one closes; what it said before arrives, then the other is closed. Neither is read faster than the other takes it. */
export function join(one: WebSocket, other: WebSocket): void {
  pass(one, other);
  pass(other, one);
}

/** The other end has this much to take before the first is read on. */
const BEHIND_MAX_BYTES = 256 * 1024;

function pass(from: WebSocket, to: WebSocket): void {
  from.on('message', (data, isBinary) => {
    to.send(data, { binary: isBinary }, () => {
      if (to.bufferedAmount < BEHIND_MAX_BYTES) from.resume();
    });
    if (to.bufferedAmount >= BEHIND_MAX_BYTES) from.pause();
  });
  from.once('close', () => {
    to.resume(); // else its answer to the close is never read
    to.close();
  });
  from.resume();
}
