import { existsSync } from 'node:fs';
import { hasSlapd } from '@nephos/embedded/slapd';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, directoryPassword, keepPicture, looksRight, openBrowser, signIn, type Portal } from './browser.arrange.ts';
import { inkOf, MUCH, signInAtGuest, untilInk, untilSerialSays, untilStill, serialText } from './console.arrange.ts';

const NAME = 'alices-web';

describe.skipIf(!existsSync(CHROMIUM) || !hasSlapd())('an employee and a real guest', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let dialog: Locator;
  let instancePage: string;
  let guestPassword: string;

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: [] });
    portal = await openBrowser(cloud);
    ({ page } = portal);
    dialog = page.getByRole('dialog');
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(page, task.name);
    expect(portal.troubles).toEqual([]);
  });

  const heading = (text: RegExp) => page.getByRole('heading', { level: 1, name: text });
  const press = (name: string, within: Page | Locator = page) => within.getByRole('button', { name, exact: true }).click();

  it('signs in with the account of the directory, and creates an instance', async () => {
    await page.goto('/instances/new');
    await signIn(page, { name: 'alice', password: await directoryPassword(cloud) });
    await page.waitForURL('**/instances/new');
    expect(await page.getByText('This cloud is simulated').count()).toBe(0);
    await page.getByLabel('Name', { exact: true }).fill(NAME);
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    await page.getByLabel('Make a password for the guest').check();
    await press('Create');
  });

  it('watches each step of it until it runs', async () => {
    await heading(new RegExp(NAME)).waitFor();
    await heading(/Running/).waitFor();
    instancePage = page.url();
    await page.getByRole('list', { name: 'Steps' }).getByRole('img', { name: 'done' }).first().waitFor();
    await page.getByRole('img', { name: `The screen of ${NAME}` }).waitFor();
    await looksRight(page, 'employee-running');
  });

  it('is shown the password of the guest', async () => {
    await press('Show');
    const password = page.getByText(/^[a-zA-Z0-9]{16}$/);
    guestPassword = (await password.textContent()) ?? '';
    await looksRight(page, 'employee-password');
    await press('Hide');
    await password.waitFor({ state: 'detached' });
  });

  it('sees the screen, and signs in at the serial line', async () => {
    await page.getByRole('link', { name: 'Console', exact: true }).click();
    await page.locator('[data-console=connected] canvas').waitFor();
    await untilStill(page);
    const before = await inkOf(page);
    await page.keyboard.type('hello');
    await untilInk(page, before + MUCH);
    await press('Serial');
    await untilSerialSays(page, 'login:');
    await signInAtGuest(page, { user: 'root', password: guestPassword, prompt: '#' });
    await page.keyboard.type('hostname\r');
    await untilSerialSays(page, `\n${NAME}`);
    await looksRight(page, 'employee-serial');
  });

  it('makes the screen full, and presses Ctrl Alt Del, at which the guest boots anew', async () => {
    await press('Screen');
    await page.locator('[data-console=connected] canvas').waitFor();
    await press('Full screen');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
    await page.evaluate(() => document.exitFullscreen());
    await press('Ctrl Alt Del');
    await press('Serial');
    await expect.poll(() => serialText(page), { timeout: 60_000 }).toMatch(/Restarting system[^]*login:/);
  });

  it('stops it, which the guest does itself, and starts it again', async () => {
    await page.goto(instancePage);
    await press('Stop');
    await dialog.getByText('If it has not after').waitFor();
    await press('Stop', dialog);
    await heading(/Stopped/).waitFor();
    await press('Start');
    await heading(/Running/).waitFor();
  });

  it('destroys it, changes their mind, and has it back with its address', async () => {
    const address = page.getByText(/^10\.\d+\.\d+\.\d+$/).first();
    const before = await address.textContent();
    await press('Destroy');
    await press('Destroy', dialog);
    await page.getByText('It can be recovered until').waitFor();
    await press('Recover');
    await heading(/Stopped/).waitFor();
    expect(await address.textContent()).toBe(before);
  });

  it('expunges it, and reads what they did in words', async () => {
    await press('Destroy');
    await press('Destroy', dialog);
    await page.getByText('It can be recovered until').waitFor();
    await press('Expunge');
    await dialog.getByRole('textbox').fill(NAME);
    await press('Expunge', dialog);
    await page.goto('/operations');
    const done = page.getByRole('row').filter({ has: page.getByRole('link', { name: `Expunge ${NAME}` }) });
    await done.getByText('Done').waitFor();
    await looksRight(page, 'employee-operations');
    await page.getByRole('link', { name: 'Instances', exact: true }).click();
    await page.getByText('No instances yet').waitFor();
  });
});
