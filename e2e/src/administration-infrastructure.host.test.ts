import { existsSync } from 'node:fs';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, eventually, keepPicture, looksRight, openPortal, type Portal } from './browser.arrange.ts';

describe.skipIf(!existsSync(CHROMIUM))('an administrator in the portal', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let troubles: string[];
  let dialog: Locator;

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '2'] });
    portal = await openPortal(cloud);
    ({ page, troubles } = portal);
    dialog = page.getByRole('dialog');
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(page, task.name);
    expect(troubles).toEqual([]);
  });
  const forgive = (pattern: RegExp) => troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !pattern.test(trouble)));
  const menu = (name: string) => page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name, exact: true });
  const deploy = async (name: string) => {
    await page.goto('/instances/new');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    await page.getByRole('button', { name: 'Create' }).click();
  };

  it('sees the hosts, and how much of each is claimed', async () => {
    await deploy('web-1');
    await page.getByRole('heading', { level: 1, name: /Running/ }).waitFor();
    await menu('Hosts').click();
    await page.waitForURL('**/administration/hosts');
    await eventually(() => page.getByRole('cell', { name: 'Connected' }).count()).toBe(2);
    expect(await page.getByRole('meter', { name: 'Memory' }).first().getAttribute('aria-valuetext')).toMatch(/MiB of .* GiB/);
    await looksRight(page, 'administration-hosts');
    await page.getByRole('button', { name: 'Sort by Name' }).click();
    await page.waitForURL(/direction=desc/);
    await page.getByLabel('Search by name').fill('nothing like this');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('button', { name: 'Cluster: All clusters' }).click();
    await dialog.getByRole('option', { name: 'simulator-1' }).click();
    await page.waitForURL(/cluster=/);
    await page.getByRole('button', { name: 'Cluster: simulator-1' }).waitFor();
    expect(await page.getByRole('cell', { name: 'Connected' }).count()).toBe(2);
  });

  it('adds a host, sees its command this once, and that it waits to be joined', async () => {
    await page.getByRole('button', { name: 'Add a host' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('rack-7');
    await dialog.getByLabel('Management address').fill('not an address');
    await looksRight(page, 'administration-host-add');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('Management address').getAttribute('aria-invalid')).toBe('true');
    forgive(/400/);
    await dialog.getByLabel('Management address').fill('192.0.2.77');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    const command = (await dialog.getByLabel('Command to join').textContent()) ?? '';
    expect(command).toMatch(/nephos_join_\S+ .*--server https:\/\/\S+ --fingerprint \S+/);
    await dialog.getByRole('button', { name: 'Copy the command' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(command);
    await page.keyboard.press('Escape'); // it stays: nobody has it afterwards
    await looksRight(page, 'administration-host-join');
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    const row = page.getByRole('row', { name: /rack-7/ });
    await row.getByText('Waits to be joined').waitFor();
    await row.getByRole('link', { name: 'rack-7' }).click();
    await page.getByText('No machine has joined as this host yet').waitFor();
    await page.getByText('It had no work yet').waitFor();
    await looksRight(page, 'administration-host-awaited');
    expect(await page.content()).not.toContain('nephos_join_');
  });

  it('disables the hosts, and a deploy is refused in words', async () => {
    await page.goto('/administration/hosts?state=connected&sort=name');
    await eventually(() => page.getByRole('cell').getByRole('link').count()).toBe(2);
    const names = await page.getByRole('cell').getByRole('link').allTextContents();
    for (const name of names) {
      await page.goto('/administration/hosts?state=connected');
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('button', { name: 'Disable' }).click();
      await looksRight(page, 'administration-host-disable');
      await dialog.getByRole('button', { name: 'Disable' }).click();
      await page.getByText('Nothing new is placed on it. What runs there goes on.').waitFor();
      await page.getByText(`Host ${name} was disabled: nothing new is placed on it.`).waitFor();
    }
    await looksRight(page, 'administration-host');
    await deploy('refused');
    await page.waitForURL(/instances\/[0-9a-f-]{36}/);
    await page.goto('/operations');
    await page.getByText('No host of zone zone-1 is connected and enabled').waitFor();
    forgive(/404/); // the page of an instance that there is not
    await looksRight(page, 'administration-deploy-refused');
    for (const name of names) {
      await page.goto('/administration/hosts?state=connected');
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('button', { name: 'Enable' }).click();
      await dialog.getByRole('button', { name: 'Enable' }).click();
      await page.getByText(`Host ${name} was enabled: instances may be placed on it again.`).waitFor();
    }
  });
});
