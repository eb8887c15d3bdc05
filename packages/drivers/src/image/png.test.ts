import { crc32, inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodePpm, encodePng, isPng } from './png.ts';

const pixels = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3]);

it('a picture becomes a PNG: its size, its rows, and checksums over each chunk', () => {
  const png = encodePng({ width: 2, height: 2, pixels });
  expect(isPng(png)).toBe(true);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.set(body.subarray(0, 4).toString('latin1'), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...(chunks.get('IHDR') ?? [])]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
  expect([...inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))]).toEqual([0, ...pixels.subarray(0, 6), 0, ...pixels.subarray(6)]);
});

it('a PPM is read, and nothing else is taken for one', () => {
  expect(decodePpm(Buffer.concat([Buffer.from('P6\n2 2\n255\n'), pixels]))).toEqual({ width: 2, height: 2, pixels: Buffer.from(pixels) });
  expect(decodePpm(Buffer.from('P5 2 2 255 '))).toBeUndefined();
  expect(isPng(Buffer.from('P6'))).toBe(false);
});
