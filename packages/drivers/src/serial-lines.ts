import { Duplex } from 'node:stream';

const KEPT_BYTES = 64 * 1024;
/** A viewer that is further behind is let go: no viewer may hold up the guest, or fill this host's memory. */
const BEHIND_MAX_BYTES = 1024 * 1024;

/**
 * The serial lines of a host's guests. Each takes one connection, which is held here for all who look at it. Who comes later
 * sees the last 64 KiB of what was said since the line is listened to.
 */
export interface SerialLines {
  /** From now on what the guest says is kept. One that is listened to already stays so; one that isn't there is left alone. */
  listen(instanceId: string): Promise<void>;
  /** Ends with the guest. */
  open(instanceId: string): Promise<Duplex>;
}

export function createSerialLines(connect: (instanceId: string) => Promise<Duplex>): SerialLines {
  const lines = new Map<string, Promise<Line>>();
  async function lineOf(instanceId: string): Promise<Line> {
    const known = lines.get(instanceId);
    if (known) return known;
    const line = connect(instanceId).then((guest) => hold(guest, () => lines.delete(instanceId)));
    lines.set(instanceId, line);
    line.catch(() => lines.delete(instanceId));
    return line;
  }
  return {
    listen: async (instanceId) => void (await lineOf(instanceId).catch(() => undefined)),
    open: async (instanceId) => (await lineOf(instanceId)).view(),
  };
}

interface Line {
  view(): Duplex;
}

function hold(guest: Duplex, onEnd: () => void): Line {
  const viewers = new Set<Duplex>();
  const kept: Buffer[] = [];
  let keptBytes = 0;
  guest.on('data', (chunk: Buffer) => {
    kept.push(chunk);
    for (keptBytes += chunk.length; keptBytes > KEPT_BYTES && kept.length > 1;) keptBytes -= kept.shift()?.length ?? 0;
    for (const viewer of viewers) {
      viewer.push(chunk);
      if (viewer.readableLength > BEHIND_MAX_BYTES) viewer.destroy();
    }
  });
  guest.on('error', () => undefined); // it closes after
  guest.once('end', () => guest.destroy());
  guest.once('close', () => {
    onEnd();
    for (const viewer of viewers) viewer.push(null);
  });
  return {
    view: () => {
      const viewer: Duplex = new Duplex({
        allowHalfOpen: false,
        read: () => undefined,
        write: (chunk: Buffer, _encoding, done) => void guest.write(chunk, done),
        destroy: (error, done) => {
          viewers.delete(viewer);
          done(error);
        },
      });
      for (const chunk of kept) viewer.push(chunk);
      if (guest.destroyed) viewer.push(null);
      else viewers.add(viewer);
      return viewer;
    },
  };
}
