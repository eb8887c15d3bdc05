import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { HypervisorDriver } from '../hypervisor-driver.ts';
import { emptyQcow2 } from '../image/empty-qcow2.ts';
import { calmly, serve, templateOf, volumeOf } from './contract-host.ts';
import type { ContractHost } from './contract-host.ts';

const virtualSizeBytes = 1024 * 1024;

/** An image that no host has seen: the bytes behind the header's end mean nothing. */
function newImage() {
  const bytes = new Uint8Array(emptyQcow2({ virtualSizeBytes }));
  bytes.set(randomBytes(16), 256);
  return { bytes, virtualSizeBytes };
}

/** The part of the contract that is about images and disks. */
export function describeTemplateContract(get: () => { host: ContractHost; driver: HypervisorDriver }): void {
  it('fetches a template once, however often it is asked and by however many at once', async () => {
    const { driver, host } = get();
    const image = newImage();
    const template = templateOf(image);
    const gate = Promise.withResolvers<void>();
    const { fetch, offsets } = serve(image, { hold: gate.promise });
    const both = Promise.all([1, 2].map(() => driver.ensureTemplate(template, host.poolPath, fetch, calmly)));
    gate.resolve();
    await both;
    await driver.ensureTemplate(template, host.poolPath, fetch, calmly);
    await host.makeDriver().ensureTemplate(template, host.poolPath, fetch, calmly);
    expect(offsets).toEqual([0]);
  });

  it.each([
    ['with other bytes', (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, at) => (at === 1600 ? byte ^ 1 : byte))],
    ['that is too long', (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array([...bytes, 0])],
  ])('refuses a template %s, and keeps nothing of it', async (_, spoil) => {
    const { driver, host } = get();
    const image = newImage();
    const template = templateOf(image);
    const served = serve({ bytes: spoil(image.bytes), virtualSizeBytes });
    await expect(driver.ensureTemplate(template, host.poolPath, served.fetch, calmly)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect((await host.listPoolFiles()).filter((path) => path.includes(template.templateId))).toEqual([]);
    await driver.ensureTemplate(template, host.poolPath, serve(image).fetch, calmly);
  });

  it.each([
    ['with a backing file', emptyQcow2({ virtualSizeBytes, backingFile: '/etc/passwd' })],
    ['with an external data file', emptyQcow2({ virtualSizeBytes, hasDataFile: true })],
    ['in another format', new Uint8Array(2048).fill(65)],
    ['of another size than declared', emptyQcow2({ virtualSizeBytes: virtualSizeBytes / 2 })],
  ])('refuses a template %s, and keeps nothing of it', async (_, bytes) => {
    const { driver, host } = get();
    const bad = { bytes: new Uint8Array(bytes), virtualSizeBytes };
    const template = templateOf(bad);
    await expect(driver.ensureTemplate(template, host.poolPath, serve(bad).fetch, calmly)).rejects.toMatchObject({ code: 'IMAGE_REFUSED' });
    expect((await host.listPoolFiles()).filter((path) => path.includes(template.templateId))).toEqual([]);
    await expect(driver.ensureVolume(volumeOf(template, host.poolPath), calmly)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('says when a download broke off, and the same call works later', async () => {
    const { driver, host } = get();
    const image = newImage();
    const template = templateOf(image);
    const { fetch } = serve(image, { breakAfterBytes: 1000 });
    await expect(driver.ensureTemplate(template, host.poolPath, fetch, calmly)).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      isRetryable: true,
    });
    await driver.ensureTemplate(template, host.poolPath, fetch, calmly);
  });

  it('stops a download when it is cancelled, and the same call works later', async () => {
    const { driver, host } = get();
    const image = newImage();
    const template = templateOf(image);
    const canceller = new AbortController();
    const { fetch } = serve(image, { hold: new Promise(() => {}) });
    const fetching = driver.ensureTemplate(template, host.poolPath, fetch, { ...calmly, signal: canceller.signal });
    setTimeout(() => canceller.abort(), 50);
    await expect(fetching).rejects.toMatchObject({ code: 'CANCELLED' });
    await driver.ensureTemplate(template, host.poolPath, serve(image).fetch, calmly);
  });

  it('makes and removes a volume, twice each', async () => {
    const { driver, host } = get();
    const image = newImage();
    const template = templateOf(image);
    const volume = { ...volumeOf(template, host.poolPath), sizeBytes: 2 * virtualSizeBytes };
    await driver.ensureTemplate(template, host.poolPath, serve(image).fetch, calmly);
    await driver.ensureVolume(volume, calmly);
    await driver.ensureVolume(volume, calmly);
    await driver.removeVolume(volume, calmly);
    await driver.removeVolume(volume, calmly);
    expect((await host.listPoolFiles()).filter((path) => path.includes(volume.volumeId))).toEqual([]);
  });

  it('refuses a disk smaller than its template', async () => {
    const { driver, host } = get();
    const image = newImage();
    const template = templateOf(image);
    await driver.ensureTemplate(template, host.poolPath, serve(image).fetch, calmly);
    const volume = { ...volumeOf(template, host.poolPath), sizeBytes: virtualSizeBytes / 2 };
    await expect(driver.ensureVolume(volume, calmly)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('says when the pool is full, and keeps nothing', async () => {
    const { driver, host } = get();
    const template = templateOf(host.image);
    await expect(driver.ensureTemplate(template, host.fullPoolPath, serve(host.image).fetch, calmly)).rejects.toMatchObject({
      code: 'HYPERVISOR_FAILED',
      message: expect.stringContaining('full'),
    });
  });
}
