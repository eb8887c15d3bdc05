import { Readable, Writable, type Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_CONTRACT, spokenHeaders, type Spoken } from '@nephos/contracts/agent-contract';
import { channelMessageSchema, type AgentConfig, type StreamRequest, type StreamTarget } from '@nephos/contracts/agent.schema';
import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import type { HypervisorDriver } from '@nephos/drivers/hypervisor-driver';
import type { NetworkDriver } from '@nephos/drivers/network-driver';
import type { Logger } from '@nephos/log/log';
import { DomainError } from '@nephos/model/errors';
import { createWebSocketStream, WebSocket } from 'ws';
import { tlsOf } from './control-plane.ts';
import { AGENT_VERSION } from './version.ts';

const RECONNECT_MS = 1_000;
/** The gateway pings every 20 s; a connection that is silent for longer is dead, whatever TCP thinks. */
const SILENT_MS = 50_000;
const PIECE_BYTES = 64 * 1024;

interface Parts {
  config: AgentConfig;
  spoken?: Spoken;
  hypervisor: HypervisorDriver;
  network: NetworkDriver;
  /** The control plane's word that a network which this host carries has changed. */
  onNetwork: (desired: DesiredNetwork) => void;
  signal: AbortSignal;
  log: Logger;
}

/** Keeps a connection open over which the gateway asks for streams to guests and brings news; nothing on this host listens for them. */
export async function keepChannel(parts: Parts): Promise<void> {
  const { config, spoken = AGENT_CONTRACT, signal, log } = parts;
  while (!signal.aborted) {
    const socket = new WebSocket(`${config.endpoint.replace(/^http/, 'ws')}/agent/channel`, {
      ...tlsOf(config),
      headers: spokenHeaders(spoken, AGENT_VERSION),
    });
    await attend(socket, parts).catch((error: unknown) => log.debug({ err: error }, 'the channel to the gateway broke'));
    await sleep(RECONNECT_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

function attend(socket: WebSocket, parts: Parts): Promise<void> {
  return new Promise((resolve, reject) => {
    const watchdog = setTimeout(() => socket.terminate(), SILENT_MS).unref();
    const end = () => socket.terminate();
    parts.signal.addEventListener('abort', end, { once: true });
    socket.on('open', () => {
      watchdog.refresh();
      parts.log.debug('the channel to the gateway is open');
    });
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

/** Reaches the target, then opens the stream outward and shows the token; what can't be reached is said the same way. */
async function openStream({ token, gatewayUrl, target }: StreamRequest, parts: Parts): Promise<void> {
  const { config, spoken = AGENT_CONTRACT, log } = parts;
  const reached = await reach(target, parts).then(
    (far) => ({ far }),
    (error: unknown) => ({ error: describe(error) }),
  );
  const socket = new WebSocket(`${gatewayUrl.replace(/^http/, 'ws')}/agent/stream`, {
    ...tlsOf(config),
    headers: spokenHeaders(spoken, AGENT_VERSION),
  });
  socket.on('error', (error) => log.info({ err: error }, 'a stream to the gateway broke'));
  if ('far' in reached) socket.on('close', () => reached.far.destroy());
  socket.on('open', () => {
    socket.send(JSON.stringify({ token, ...('error' in reached && { error: reached.error }) }));
    if ('error' in reached) return socket.close();
    const stream = createWebSocketStream(socket);
    stream.on('error', () => reached.far.destroy());
    reached.far.on('error', () => stream.end()).on('close', () => stream.end()); // what was said before still arrives
    reached.far.pipe(stream);
    if (reached.far instanceof Writable) stream.pipe(reached.far);
  });
}

async function reach(target: StreamTarget, { hypervisor, network, signal }: Parts): Promise<Readable | Duplex> {
  if (target.kind === 'port') return network.dial(target, target.ip, target.port, signal);
  const ability = target.kind === 'console' ? target.console : 'screen';
  if (!hypervisor.abilities.has(ability) || !hypervisor.openConsole || !hypervisor.takeScreenshot)
    throw new DomainError('UNSUPPORTED', `The hypervisor of this host has no ${ability} to show.`);
  if (target.kind === 'console') return hypervisor.openConsole(target.instanceId, target.console);
  return Readable.from(piecesOf(await hypervisor.takeScreenshot(target.instanceId)));
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function describe(error: unknown): { code: string; message: string } {
  const code = error instanceof DomainError ? error.code : 'HOST_UNREACHABLE';
  return { code, message: (error instanceof Error ? error.message : String(error)).slice(0, 1_000) };
}
