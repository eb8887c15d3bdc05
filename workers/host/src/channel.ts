import { setTimeout as sleep } from 'node:timers/promises';
import { channelMessageSchema, type AgentConfig, type StreamRequest } from '@nephos/contracts/agent.schema';
import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import type { NetworkDriver } from '@nephos/drivers/network-driver';
import type { Logger } from '@nephos/log/log';
import { createWebSocketStream, WebSocket } from 'ws';
import { tlsOf } from './control-plane.ts';

const RECONNECT_MS = 1_000;
/** The gateway pings every 20 s; a connection that is silent for longer is dead, whatever TCP thinks. */
const SILENT_MS = 50_000;

interface Parts {
  config: AgentConfig;
  network: NetworkDriver;
  /** The control plane's word that a network which this host carries has changed. */
  onNetwork: (desired: DesiredNetwork) => void;
  signal: AbortSignal;
  log: Logger;
}

/** Keeps a connection open over which the gateway asks for streams to guests and brings news; nothing on this host listens for them. */
export async function keepChannel(parts: Parts): Promise<void> {
  const { config, signal, log } = parts;
  while (!signal.aborted) {
    const socket = new WebSocket(`${config.endpoint.replace(/^http/, 'ws')}/agent/channel`, tlsOf(config));
    await attend(socket, parts).catch((error: unknown) => log.debug({ err: error }, 'the channel to the gateway broke'));
    await sleep(RECONNECT_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

function attend(socket: WebSocket, parts: Parts): Promise<void> {
  return new Promise((resolve, reject) => {
    const watchdog = setTimeout(() => socket.terminate(), SILENT_MS).unref();
    const end = () => socket.terminate();
    parts.signal.addEventListener('abort', end, { once: true });
    socket.on('open', () => watchdog.refresh());
    socket.on('ping', () => watchdog.refresh());
    socket.on('message', (message) => {
      const { data } = channelMessageSchema.safeParse(JSON.parse(message.toString()));
      if (data?.kind === 'open-stream') void openStream(data, parts);
      if (data?.kind === 'network') parts.onNetwork(data.desired);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(watchdog);
      parts.signal.removeEventListener('abort', end);
      resolve();
    });
  });
}

/** Dials the guest, then opens the stream outward and shows the token; a guest that can't be reached is said the same way. */
async function openStream({ token, gatewayUrl, routerId, ip, port }: StreamRequest, { config, network, signal, log }: Parts): Promise<void> {
  const dialled = await network.dial({ routerId }, ip, port, signal).then(
    (guest) => ({ guest }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  const socket = new WebSocket(`${gatewayUrl.replace(/^http/, 'ws')}/agent/stream`, tlsOf(config));
  socket.on('error', (error) => log.info({ err: error }, 'a stream to the gateway broke'));
  socket.on('open', () => {
    socket.send(JSON.stringify({ token, ...('error' in dialled && { error: dialled.error }) }));
    if ('error' in dialled) return socket.close();
    const stream = createWebSocketStream(socket);
    const end = () => {
      stream.destroy();
      dialled.guest.destroy();
    };
    for (const side of [stream, dialled.guest]) side.on('error', end).on('close', end);
    stream.pipe(dialled.guest).pipe(stream);
  });
}
