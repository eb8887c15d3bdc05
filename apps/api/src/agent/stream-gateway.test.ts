import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { streamRequestSchema } from '@nephos/contracts/agent.schema';
import { createLogger } from '@nephos/log/log';
import { newId } from '@nephos/model/id';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createStreamGateway, type StreamGateway } from './stream-gateway.ts';

let server: WebSocketServer;
let events: EventEmitter;
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  events = new EventEmitter();
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** An API process: those of a test hear each other, as by NOTIFY. */
function startProcess(openWithinMs = 5_000): StreamGateway {
  const notify = async (channel: string, payload: string) => void events.emit(channel, payload);
  const notifications = { events, notify, close: () => undefined };
  return createStreamGateway({ gatewayUrl: () => 'https://127.0.0.1:1', notifications, openWithinMs, log: createLogger('test', 'silent') });
}

/** A connection: the agent's end, and the one in the API. */
async function connect(): Promise<{ agent: WebSocket; here: WebSocket }> {
  const { port } = server.address() as AddressInfo;
  const agent = new WebSocket(`ws://127.0.0.1:${port}`);
  const isOpen = once(agent, 'open');
  const [here]: WebSocket[] = await once(server, 'connection');
  await isOpen;
  if (!here) throw new Error('nobody connected');
  return { agent, here };
}

const target = { kind: 'port', routerId: newId(), ip: '10.1.1.2', port: 22 } as const;

describe.each(['the same', 'another'])('a stream that is asked for before the host is there, with its channel then in %s process', (where) => {
  it('is opened when it comes', async () => {
    const hostId = newId();
    const asked = startProcess();
    const reached = where === 'another' ? startProcess() : asked;
    const opening = asked.open(hostId, target);

    const { agent, here } = await connect();
    const heard = once(agent, 'message');
    reached.addChannel(hostId, here);
    const [message]: unknown[] = await heard;
    const { token } = streamRequestSchema.parse(JSON.parse(String(message)));

    const stream = await connect();
    asked.addStream(hostId, stream.here);
    stream.agent.send(JSON.stringify({ token }));
    expect(await opening).toBe(stream.here);
  });
});

describe('a stream of a host that does not come', () => {
  it('is given up, and nobody asks for it afterwards', async () => {
    const hostId = newId();
    const gateway = startProcess(50);
    await expect(gateway.open(hostId, target)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    const { agent, here } = await connect();
    const heard: unknown[] = [];
    agent.on('message', (message) => heard.push(message));
    gateway.addChannel(hostId, here);
    here.send('last');
    await once(agent, 'message');
    expect(heard.map(String)).toEqual(['last']);
  });
});
