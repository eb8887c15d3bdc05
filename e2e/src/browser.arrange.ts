import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import { chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Debian's. /usr/bin/chromium is a script around it. */
export const CHROMIUM = '/usr/lib/chromium/chromium';
const SCREENSHOTS = path.join(import.meta.dirname, '../screenshots');
const WIDTHS = [1440, 390] as const;
const THEMES = ['light', 'dark'] as const;

export interface Portal {
  page: Page;
  /** What went wrong unseen: console errors, reports of the content security policy, failed requests. */
  troubles: string[];
  close(): Promise<void>;
}

/** A browser that has signed in to the cloud's portal as its administrator. */
export async function openPortal(cloud: EmbeddedCloud): Promise<Portal> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  const context = await browser.newContext({ baseURL: cloud.api.url, viewport: { width: 1440, height: 900 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: cloud.api.url });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error of the page: ${error.message}`));
  page.on('response', (response) => response.status() >= 400 && troubles.push(`${response.status()} ${response.url()}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`CSP: ${violatedDirective} blocked ${blockedURI}`),
    );
  });
  await page.goto('/sign-in');
  await page.getByLabel('Name', { exact: true }).fill('admin');
  await page.getByLabel('Password').fill((await readFile(path.join(cloud.dataFolder, 'control/admin-password'), 'utf8')).trim());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[data-live=live]').waitFor();
  return { page, troubles, close: () => browser.close() };
}

/** No serious violation of accessibility, in light and dark, wide and narrow; and a picture of each to look at. */
export async function looksRight(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name} fits into ${width} pixels`).toBe(true);
      await page.screenshot({ path: path.join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`), animations: 'disabled' });
    }
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${name}, ${colorScheme}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** As it is now, to see why a test failed. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `failed-${name.replaceAll(/\W+/g, '-')}.png`) });
}
