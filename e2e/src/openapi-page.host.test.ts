import { existsSync } from 'node:fs';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHROMIUM, keepPicture, looksRight, openPortal, type Portal } from './browser.arrange.ts';

describe.skipIf(!existsSync(CHROMIUM))('the API reference', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let apiKey: string;
  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '1'] });
    apiKey = (await cloud.api.mutate(z.object({ token: z.string() }), 'apiKey.create', { name: 'try' })).token;
    portal = await openPortal(cloud);
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(portal.page, task.name);
    expect(portal.troubles).toEqual([]);
  });

  it('is in the menu, and has an operation for each path of the document', async () => {
    const { page } = portal;
    await page.getByRole('link', { name: 'API reference' }).click();
    await page.waitForURL('**/api-reference');
    const index = page.getByRole('navigation', { name: 'Operations' });
    await index.getByRole('link', { name: 'instance.deploy' }).waitFor();
    const document: { paths: object } = await (await fetch(`${cloud.api.url}/api/v1/openapi.json`)).json();
    expect((await index.getByRole('link').allTextContents()).toSorted()).toEqual(
      Object.keys(document.paths)
        .map((path) => path.slice(1))
        .toSorted(),
    );
  });

  it('finds operations by their words, and shows one with its fields, limits and codes, by the address', async () => {
    const { page } = portal;
    await page.getByLabel('Search operations').fill('makes and starts');
    await page.waitForURL(/search=makes/);
    await page.getByRole('link', { name: 'instance.deploy' }).click();
    await page.waitForURL(/operation=instance.deploy/);
    await page.getByRole('heading', { level: 2, name: 'instance.deploy' }).waitFor();
    const input = page.getByRole('region', { name: 'Input' }).first();
    expect(await input.getByRole('row', { name: /^name required/ }).textContent()).toMatch(/string.*like \^\[a-z\]/);
    expect(await input.getByRole('row', { name: /^count/ }).textContent()).toMatch(/integer.*at least 1; at most 50; 1 when left out/);
    await page.getByRole('cell', { name: 'LIMIT_EXCEEDED' }).waitFor();
    await looksRight(page, 'api-reference');
    await page.reload();
    await page.getByRole('heading', { level: 2, name: 'instance.deploy' }).waitFor();
  });

  it('gives commands to copy that really work', async () => {
    const { page } = portal;
    await page.goto('/api-reference?operation=pod.list');
    await page.getByRole('button', { name: 'Copy the curl command' }).click();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    expect(curl).toContain(`curl -G '${cloud.api.url}/api/v1/pod.list'`);
    await page.getByRole('button', { name: 'Copy the program' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('client.api.pod.list.query({})');
  });

  it('tries a call with a key that is pasted, and with nothing else of the browser', async () => {
    const { page } = portal;
    const send = page.getByRole('button', { name: 'Send' });
    expect(await send.getAttribute('title')).toBe('Paste an API key first');
    await page.getByLabel('API key').fill(apiKey);
    const [request] = await Promise.all([page.waitForRequest(/pod\.list/), send.click()]);
    const headers = await request.allHeaders();
    expect(headers['authorization']).toBe(`Bearer ${apiKey}`);
    expect(headers['cookie']).toBeUndefined();
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText('200', { exact: true }).waitFor();
    expect(await answer.textContent()).toMatch(/in \d+ ms.*"nextCursor": null/s);
    await looksRight(page, 'api-reference-tried');

    await page.getByLabel('Search operations').fill('auth.me');
    await page.getByRole('link', { name: 'auth.me', exact: true }).click();
    expect(await page.getByLabel('API key').inputValue(), 'kept while the page is there').toBe(apiKey);
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie, location.href]));
    expect(kept).not.toContain(apiKey);
    await page.reload();
    expect(await page.getByLabel('API key').inputValue()).toBe('');
  });

  it('shows what is refused, as it is refused', async () => {
    const { page } = portal;
    await page.goto('/api-reference?operation=instance.get');
    await page.getByLabel('API key').fill('nephos_key_of_nobody');
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText('401', { exact: true }).waitFor();
    expect(await answer.textContent()).toContain('UNAUTHENTICATED');
    expect(portal.troubles.splice(0)).toEqual([expect.stringMatching(/401/), expect.stringMatching(/401/)]); // the refusal itself
    expect(page.url(), 'the person is still signed in').toContain('/api-reference');
    await page.getByRole('textbox', { name: 'Input' }).fill('{ not json');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').filter({ hasText: 'This is not JSON.' }).waitFor();
  });
});
