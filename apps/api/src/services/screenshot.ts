import { once } from 'node:events';
import type { Db } from '@nephos/db/database';
import { DomainError } from '@nephos/model/errors';
import type { WebSocket } from 'ws';
import type { StreamGateway } from '../agent/stream-gateway.ts';
import type { Request } from '../request.ts';
import { findRunning } from './console.ts';

/** However often somebody asks, a host takes one picture of an instance in this time. */
const FRESH_MS = 5_000;
const READ_WITHIN_MS = 20_000;
const MAX_BYTES = 8 * 1024 * 1024;

interface Screenshot {
  png: string;
  takenAt: string;
}

/** Pictures of instances' screens. */
export function createScreenshotService({ db, streams }: { db: Db; streams: StreamGateway }) {
  const taken = new Map<string, { at: number; screenshot: Promise<Screenshot> }>();

  async function take(instanceId: string, hostId: string): Promise<Screenshot> {
    const far = await streams.open(hostId, { kind: 'screenshot', instanceId });
    return { png: (await readAll(far, hostId)).toString('base64'), takenAt: new Date().toISOString() };
  }

  return {
    /** Throws INVALID_STATE for an instance that doesn't run, UNSUPPORTED where the hypervisor has no screen, HOST_UNREACHABLE. */
    async screenshot({ actor }: Request, instanceId: string): Promise<Screenshot> {
      const { hostId, generation } = await findRunning(db, actor, instanceId, 'screen');
      const key = `${instanceId} ${generation}`;
      const now = Date.now();
      for (const [old, { at }] of taken) if (now - at > FRESH_MS) taken.delete(old);
      const known = taken.get(key);
      if (known) return known.screenshot;
      const screenshot = take(instanceId, hostId);
      taken.set(key, { at: now, screenshot });
      screenshot.catch(() => taken.delete(key));
      return screenshot;
    },
  };
}
export type ScreenshotService = ReturnType<typeof createScreenshotService>;

async function readAll(far: WebSocket, hostId: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  far.on('message', (data: Buffer) => {
    chunks.push(data);
    size += data.length;
    if (size > MAX_BYTES) far.terminate();
  });
  const closed = once(far, 'close', { signal: AbortSignal.timeout(READ_WITHIN_MS) });
  far.resume();
  const code: unknown = await closed.then(
    ([how]: unknown[]) => how,
    () => BROKEN,
  );
  if (code !== BROKEN && size > 0) return Buffer.concat(chunks);
  far.terminate();
  throw new DomainError('HOST_UNREACHABLE', 'The host did not send the whole picture of the screen.', { hostId });
}

/** What a WebSocket says of a connection that was not closed in an orderly way (RFC 6455, 7.4.1). */
const BROKEN = 1006;
