import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import { chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Debian's. /usr/bin/chromium is a script around it. */
export const CHROMIUM = '/usr/lib/chromium/chromium';
const SCREENSHOTS = path.join(import.meta.dirname, '../screenshots');
const PATIENCE_MS = 30_000;
const WIDTHS = [1440, 390] as const;
const THEMES = ['light', 'dark'] as const;

export interface Portal {
  page: Page;
  /** What went wrong unseen: console errors, reports of the content security policy, failed requests. */
  troubles: string[];
  close(): Promise<void>;
}

/** A browser in which nobody has signed in. */
export async function openBrowser(cloud: EmbeddedCloud): Promise<Portal> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  const context = await browser.newContext({ baseURL: cloud.api.url, viewport: { width: 1440, height: 900 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: cloud.api.url });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const troubles: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error of the page: ${error.message}`));
  page.on('response', (response) => response.status() >= 400 && troubles.push(`${response.status()} ${response.url()}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`CSP: ${violatedDirective} blocked ${blockedURI}`),
    );
  });
  return { page, troubles, close: () => browser.close() };
}

/** A browser that has signed in to the cloud's portal as its administrator. */
export async function openPortal(cloud: EmbeddedCloud): Promise<Portal> {
  const portal = await openBrowser(cloud);
  await portal.page.goto('/sign-in');
  await signIn(portal.page, { name: 'admin', password: await adminPassword(cloud) });
  await portal.page.locator('[data-live=live]').waitFor();
  return portal;
}

/** Fills in the page for it. */
export async function signIn(page: Page, { name, password }: { name: string; password: string }): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export const adminPassword = (cloud: EmbeddedCloud): Promise<string> => secretOf(cloud, 'admin-password');
/** Of all the demo people. */
export const directoryPassword = (cloud: EmbeddedCloud): Promise<string> => secretOf(cloud, 'directory-password');

async function secretOf({ dataFolder }: EmbeddedCloud, file: string): Promise<string> {
  return (await readFile(path.join(dataFolder, 'control', file), 'utf8')).trim();
}

/** Looks again until it is as expected. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: PATIENCE_MS });

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
