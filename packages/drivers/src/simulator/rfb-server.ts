import type { Duplex, Readable } from 'node:stream';
import type { Picture } from '../image/png.ts';

/** What is shown. */
export interface RfbSource {
  name: string;
  picture(): Picture;
  /** A key of the X Window System (keysym) went down. */
  onKey(keysym: number): void;
  /** Calls back at each change until it is told to stop. */
  onChange(changed: () => void): () => void;
}

const VERSION = 'RFB 003.008\n';
const CUT_TEXT_MAX_BYTES = 64 * 1024;
/** Lengths of what a viewer sends after the byte that names it (RFC 6143, 7.5). */
const LENGTHS: Readonly<Record<number, number>> = { 0: 19, 2: 3, 3: 9, 4: 7, 5: 5, 6: 7 };

/** How a viewer wants its pixels: four bytes each, where red, green and blue begin, and which byte comes first. */
interface PixelForm {
  shifts: [red: number, green: number, blue: number];
  isBigEndian: boolean;
}

/** Shows a picture to one viewer until it leaves: RFB 3.8 (RFC 6143) without authentication, raw, whole pictures. */
export async function serveRfb(stream: Duplex, source: RfbSource): Promise<void> {
  const read = createReader(stream);
  await shakeHands(stream, read, source);
  let form: PixelForm = { shifts: [16, 8, 0], isBigEndian: false };
  let isWaiting = false;
  let isChanged = true;
  const show = () => {
    if (!isWaiting || !isChanged) return;
    isWaiting = isChanged = false;
    stream.write(updateOf(source.picture(), form));
  };
  const stop = source.onChange(() => {
    isChanged = true;
    show();
  });
  try {
    for (;;) {
      const kind = (await read(1)).readUInt8();
      const body = await read(lengthOf(kind));
      if (kind === 0) form = formOf(body);
      if (kind === 2) await read(body.readUInt16BE(1) * 4); // encodings: raw is always allowed
      if (kind === 3) {
        isWaiting = true;
        isChanged ||= body.readUInt8() === 0;
        show();
      }
      if (kind === 4 && body.readUInt8() === 1) source.onKey(body.readUInt32BE(3));
      if (kind === 6) await read(Math.min(body.readUInt32BE(3), CUT_TEXT_MAX_BYTES));
    }
  } finally {
    stop();
  }
}

async function shakeHands(stream: Duplex, read: (bytes: number) => Promise<Buffer>, { name, picture }: RfbSource): Promise<void> {
  stream.write(VERSION);
  await read(VERSION.length);
  stream.write(Buffer.from([1, 1])); // one security type: none
  await read(1);
  stream.write(Buffer.alloc(4)); // granted
  await read(1); // whether others may stay: they do
  const { width, height } = picture();
  const title = Buffer.from(name);
  const init = Buffer.alloc(24);
  init.writeUInt16BE(width, 0);
  init.writeUInt16BE(height, 2);
  init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4); // bits, depth, little endian, true colour, greatest values, shifts
  init.writeUInt32BE(title.length, 20);
  stream.write(Buffer.concat([init, title]));
}

function lengthOf(kind: number): number {
  const length = LENGTHS[kind];
  if (length === undefined) throw new Error(`A viewer sent message ${kind}, which was not offered.`);
  return length;
}

function formOf(body: Buffer): PixelForm {
  const [bits, isBigEndian] = [body.readUInt8(3), body.readUInt8(5) !== 0];
  if (bits !== 32) throw new Error(`A viewer asked for ${bits} bits in each pixel; only 32 are known here.`);
  return { shifts: [body.readUInt8(13), body.readUInt8(14), body.readUInt8(15)], isBigEndian };
}

function updateOf({ width, height, pixels }: Picture, { shifts, isBigEndian }: PixelForm): Buffer {
  const update = Buffer.alloc(16 + width * height * 4); // a message, one rectangle, raw
  update.writeUInt16BE(1, 2);
  update.writeUInt16BE(width, 8);
  update.writeUInt16BE(height, 10);
  const placed = shifts.map((shift) => (isBigEndian ? 3 - shift / 8 : shift / 8));
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (const [colour, place] of placed.entries()) update[16 + pixel * 4 + place] = pixels[pixel * 3 + colour] ?? 0;
  }
  return update;
}

function createReader(stream: Readable): (bytes: number) => Promise<Buffer> {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  return async (bytes) => {
    while (rest.length < bytes) {
      const next = await chunks.next();
      if (next.done) throw new Error('The viewer left.');
      rest = Buffer.concat([rest, next.value]);
    }
    const taken = rest.subarray(0, bytes);
    rest = rest.subarray(bytes);
    return taken;
  };
}
