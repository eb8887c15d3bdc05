import { existsSync } from 'node:fs';
import { instanceDto } from '@nephos/contracts/instance.schema';
import { listOutput } from '@nephos/contracts/list.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHROMIUM, eventually, keepPicture, looksRight, openPortal, type Portal } from './browser.arrange.ts';

const LONG = `${'ملف-'.repeat(10)} <script>alert(1)</script> 🚀 ${'long-'.repeat(60)}`.slice(0, 255);

describe.skipIf(!existsSync(CHROMIUM))('many instances in the portal', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let troubles: string[];
  let dialog: Locator;

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '2'] });
    await deploy('many', 50);
    await deploy('web', 5);
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

  async function deploy(name: string, count: number): Promise<void> {
    const idOf = async (procedure: string) => (await cloud.api.query(listOutput(z.object({ id: z.uuid() })), procedure, {})).items[0]!.id;
    const [zoneId, templateId, computeOfferingId] = [await idOf('zone.list'), await idOf('template.list'), await idOf('computeOffering.list')];
    const begun = await cloud.api.mutate(z.array(operationDto), 'instance.deploy', { name, count, zoneId, templateId, computeOfferingId });
    await Promise.all(begun.map(({ id }) => cloud.api.untilEnded(id)));
  }
  const findInstance = async (name: string) =>
    (await cloud.api.query(listOutput(instanceDto), 'instance.list', { search: name })).items.find((one) => one.name === name)!;
  const firstName = () => page.getByRole('row').nth(1).getByRole('link').first().textContent();
  /** The refusals that a test is about; whatever else went wrong stays. */
  const forgive = (pattern: RegExp) => troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !pattern.test(trouble)));

  it('are read page by page, sorted by the server, and the back button goes back', async () => {
    await page.goto('/instances');
    await page.getByRole('link', { name: 'many-1', exact: true }).waitFor();
    expect(await page.getByRole('row').count()).toBe(51);
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByRole('link', { name: 'web-5', exact: true }).waitFor();
    expect(page.url()).toContain('cursor=');
    await page.reload();
    await page.getByRole('link', { name: 'web-5', exact: true }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'many-1', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sort by Created' }).click();
    await page.getByRole('button', { name: 'Sort by Created' }).click();
    await page.waitForURL(/sort=createdAt&direction=desc/);
    await eventually(firstName).toMatch(/^web-/);
    await looksRight(page, 'instances-many');
  });

  it('stay sorted as a person chose, and filtered as the address says', async () => {
    await page.goto('/instances');
    await eventually(firstName).toMatch(/^web-/);
    await page.getByRole('button', { name: 'Sort by Name' }).click();
    await page.waitForURL(/sort=name/);
    await page.keyboard.press('/');
    await page.keyboard.type('web-3');
    await page.waitForURL(/search=web-3/);
    await eventually(() => page.getByRole('row').count()).toBe(2);
    await page.getByLabel('State', { exact: true }).selectOption({ label: 'Stopped' });
    await page.getByText('Nothing matches').waitFor();
    await looksRight(page, 'instances-no-match');
    await page.goBack();
    await page.getByRole('link', { name: 'web-3', exact: true }).waitFor();
    expect(await page.getByLabel('Search by name').inputValue()).toBe('web-3');
  });

  it('show the columns that a person chose, in every tab', async () => {
    await page.goto('/instances?search=web');
    const other = await page.context().newPage();
    await other.goto('/instances?search=web');
    await page.getByRole('button', { name: 'Columns' }).click();
    await looksRight(page, 'instances-columns');
    await page.getByRole('menuitemcheckbox', { name: 'Size' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Template' }).click();
    await page.keyboard.press('Escape');
    for (const tab of [page, other]) {
      await tab.getByRole('columnheader', { name: 'Size' }).waitFor();
      await tab.getByRole('columnheader', { name: 'Template' }).waitFor({ state: 'detached' });
    }
    await page.reload();
    await page.getByRole('columnheader', { name: 'Size' }).waitFor();
    await other.close();
  });

  it('are stopped together; of each it is told whether that began, or why it did not', async () => {
    await page.goto('/instances?search=web');
    for (const name of ['web-1', 'web-2', 'web-3']) await page.getByLabel(`Select ${name}`).check();
    await page.getByRole('button', { name: 'Stop 3' }).click();
    await dialog.getByText('web-1, web-2, web-3').waitFor();
    const stopped = await cloud.api.mutate(operationDto, 'instance.stop', { instanceId: (await findInstance('web-2')).id });
    await cloud.api.untilEnded(stopped.id); // somebody else was quicker
    await dialog.getByRole('button', { name: 'Stop' }).click();
    const results = page.getByRole('region', { name: 'What came of it' });
    await results.getByText('2 begun, 1 refused').waitFor();
    await results.getByText(/^web-2: .*stopped/).waitFor();
    expect(await results.getByRole('link', { name: 'Watch it' }).count()).toBe(2);
    await eventually(() => page.getByRole('cell', { name: 'Stopped' }).count()).toBe(3);
    await looksRight(page, 'instances-results');
    await results.getByRole('button', { name: 'Close' }).click();
    forgive(/409/);
  });

  it('are destroyed, recovered, and expunged by who types the name', async () => {
    await page.getByRole('link', { name: 'web-1', exact: true }).click();
    await page.getByRole('button', { name: 'Destroy', exact: true }).click();
    await dialog.getByRole('button', { name: 'Destroy' }).click();
    await page.getByRole('heading', { level: 1, name: /Destroyed/ }).waitFor();
    await page.getByRole('button', { name: 'Recover', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /Stopped/ }).waitFor();
    await page.getByRole('button', { name: 'Destroy', exact: true }).click();
    await dialog.getByRole('button', { name: 'Destroy' }).click();
    await page.getByRole('heading', { level: 1, name: /Destroyed/ }).waitFor();
    await page.getByRole('button', { name: 'Expunge', exact: true }).click();
    const expunge = dialog.getByRole('button', { name: 'Expunge' });
    await dialog.getByLabel('Type web-1 to confirm').fill('web-2');
    expect(await expunge.getAttribute('aria-disabled')).toBe('true');
    await expunge.click({ force: true }); // for nothing
    await dialog.getByLabel('Type web-1 to confirm').fill('web-1');
    await looksRight(page, 'instance-expunge-dialog');
    await expunge.click();
    await page
      .getByRole('heading', { level: 1, name: /Expunged/ })
      .or(page.getByText('There is nothing here'))
      .waitFor();
    await page.goto('/instances?search=web');
    await page.getByRole('link', { name: 'web-2', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'web-1', exact: true }).count()).toBe(0);
    forgive(/404/);
  });

  it('that never come up are cancelled and undone, and tried again', async () => {
    await page.goto('/instances/new');
    await page.getByLabel('Name', { exact: true }).fill('hang-start-1');
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: 'Watch it' }).click();
    await page.waitForURL(/\/operations\//);
    await page.getByRole('img', { name: 'running' }).first().waitFor();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByRole('heading', { level: 1, name: /Cancelled/ }).waitFor();
    await looksRight(page, 'operation-cancelled');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Trying again', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('cell', { name: 'Running', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await eventually(() => page.getByRole('cell', { name: 'Cancelled', exact: true }).count()).toBe(2);
  });

  it('that fail say why, in words', async () => {
    await page.goto('/instances/new');
    await page.getByLabel('Name', { exact: true }).fill('fail-start-1');
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    await page.getByRole('button', { name: 'Create' }).click();
    await page.goto('/operations?state=failed');
    await page.getByText("can't start fail-start-1").waitFor();
    await looksRight(page, 'operations-failed');
  });

  it('are called what people call them, shown as text', async () => {
    const { id: instanceId } = await findInstance('web-2');
    await cloud.api.mutate(instanceDto, 'instance.update', { instanceId, displayName: LONG });
    await page.goto('/instances?search=web');
    await page.getByText(LONG).waitFor();
    await looksRight(page, 'instances-long-name');
    await page.getByRole('link', { name: 'web-2', exact: true }).click();
    await page.getByText(LONG).waitFor();
    await looksRight(page, 'instance-long-name');
  });

  it('use limits, which are shown as they are now', async () => {
    await page.goto('/instances');
    const meter = page.getByRole('meter', { name: 'Instances' });
    const before = Number(await meter.getAttribute('aria-valuenow'));
    expect(before).toBeGreaterThan(50);
    await deploy('one-more', 1);
    await eventually(() => meter.getAttribute('aria-valuenow')).toBe(String(before + 1));
  });

  it('and all that happened are told in words', async () => {
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByLabel('Search in the texts').fill('fail-start-1');
    await page.waitForURL(/search=fail-start-1/);
    await eventually(() => page.getByRole('row').count()).toBe(2);
    await looksRight(page, 'activity');
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: /Failed/ }).waitFor();
    await page.goto(`/instances/${(await findInstance('web-3')).id}`);
    await page.getByRole('button', { name: 'Stop web-3' }).waitFor();
    await looksRight(page, 'instance-activity');
  });
});
