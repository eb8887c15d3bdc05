import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideAcceleration, runTestGuest } from './acceleration.ts';
import { bootSector } from './boot-sector.ts';

describe('decideAcceleration', () => {
  it('is decided by a guest that ran, and says why', async () => {
    const { acceleration, reason } = await decideAcceleration();
    expect(acceleration).toMatch(/^(kvm|emulation)$/);
    expect(reason).not.toBe('');
  });
});

describe('the test guest', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'nephos-probe-test-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (cpu: string, sector: Uint8Array) => {
    const disk = join(folder, 'disk.img');
    writeFileSync(disk, sector);
    return runTestGuest(disk, ['-accel', 'tcg', '-cpu', cpu], 2_000);
  };

  it('ends well on a processor with 64-bit mode', async () => {
    await expect(run('qemu64', bootSector())).resolves.toEqual({ works: true, reason: '' });
  });

  it('does not get through on one without, nor does an empty disk', async () => {
    await expect(run('qemu32', bootSector())).resolves.toMatchObject({ works: false });
    await expect(run('qemu64', new Uint8Array(512))).resolves.toMatchObject({ works: false, reason: expect.stringContaining('hangs') });
  });
});
