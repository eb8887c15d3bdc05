import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createSerialLines } from './serial-lines.ts';

function makeLine() {
  const [near, far] = duplexPair({ allowHalfOpen: false });
  let connections = 0;
  const lines = createSerialLines(async () => {
    connections++;
    return far;
  });
  return { guest: near, lines, connections: () => connections };
}

async function untilHeard(viewer: Duplex, bytes: number): Promise<string> {
  let heard = '';
  while (heard.length < bytes) heard += String(viewer.read() ?? (await once(viewer, 'readable'), ''));
  return heard;
}

describe('createSerialLines', () => {
  it('takes one connection for all who look, also at once', async () => {
    const { lines, connections } = makeLine();
    await Promise.all([lines.listen('a'), lines.open('a'), lines.open('a')]);
    expect(connections()).toBe(1);
  });

  it('keeps the last 64 KiB for who comes later', async () => {
    const { guest, lines } = makeLine();
    await lines.listen('a');
    const first = await lines.open('a');
    for (let kib = 0; kib < 80; kib++) guest.write(String.fromCharCode(97 + (kib % 26)).repeat(1024));
    await untilHeard(first, 80 * 1024);
    const later = await untilHeard(await lines.open('a'), 64 * 1024);
    expect(later).toHaveLength(64 * 1024);
    expect(later.startsWith('q')).toBe(true); // the 17th
  });

  it('lets a viewer go that reads nothing, and not the others', async () => {
    const { guest, lines } = makeLine();
    const [idle, reader] = [await lines.open('a'), await lines.open('a')];
    const gone = once(idle, 'close');
    for (let kib = 0; kib < 1100; kib++) {
      guest.write('x'.repeat(1024));
      await untilHeard(reader, 1024);
    }
    await gone;
    expect(reader.destroyed).toBe(false);
  });

  it('ends with the guest, and connects anew to the next one', async () => {
    const pairs: Duplex[] = [];
    const lines = createSerialLines(async () => {
      const [near, far] = duplexPair({ allowHalfOpen: false });
      pairs.push(near);
      return far;
    });
    const viewer = await lines.open('a');
    const closed = once(viewer.resume(), 'close');
    pairs[0]?.resume().end();
    await closed;
    await lines.open('a');
    expect(pairs).toHaveLength(2);
  });

  it('is not stuck with a guest that could not be reached', async () => {
    let attempts = 0;
    const lines = createSerialLines(async () => {
      if (attempts++ === 0) throw new Error('not there');
      return duplexPair()[0];
    });
    await lines.listen('a');
    await lines.open('a');
    expect(attempts).toBe(2);
  });
});
