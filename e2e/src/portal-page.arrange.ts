import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Debian's. /usr/bin/chromium is a script around it. */
export const CHROMIUM = '/usr/lib/chromium/chromium';
export const SCREENSHOTS = path.join(import.meta.dirname, '../screenshots');
const WIDTHS = [1440, 390] as const;
const THEMES = ['light', 'dark'] as const;

export interface PortalPage {
  browser: Browser;
  page: Page;
  /** Errors on the console, reports of the content security policy, failed requests. */
  troubles: string[];
}

export async function openPortal(cloud: EmbeddedCloud): Promise<PortalPage> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  const context = await browser.newContext({ baseURL: cloud.api.url, viewport: { width: 1440, height: 900 } });
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
  return { browser, page, troubles };
}

export async function signInAsAdmin(page: Page, { dataFolder }: EmbeddedCloud): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Name', { exact: true }).fill('admin');
  await page.getByLabel('Password').fill((await readFile(path.join(dataFolder, 'control/admin-password'), 'utf8')).trim());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
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
