import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** More than a cursor that blinks. */
export const MUCH = 60;

/** How many pixels of the screen are bright. */
export function inkOf(page: Page): Promise<number> {
  return page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(canvas, 0, 0);
    const { data } = copy?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let ink = 0;
    for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 0) > 100) ink++;
    return ink;
  });
}

export async function untilInk(page: Page, least: number): Promise<void> {
  await expect.poll(() => inkOf(page), { timeout: 60_000, interval: 200 }).toBeGreaterThanOrEqual(least);
}

/** The guest has booted: its login prompt is on the screen and nothing comes any more. */
export async function untilStill(page: Page): Promise<void> {
  for (let last = -1, same = 0; same < 5;) {
    const now = await inkOf(page);
    same = Math.abs(now - last) < MUCH ? same + 1 : 0;
    last = now;
    await page.waitForTimeout(1_000);
  }
}

export async function untilSerialSays(page: Page, text: string): Promise<void> {
  await expect.poll(() => serialText(page), { timeout: 60_000, interval: 200 }).toContain(text);
}

export async function serialText(page: Page): Promise<string> {
  const rows = await page.locator('.xterm-rows > div').allTextContents();
  return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
}

/** A guest that has just booted may not have its password yet, and says so. */
export async function signInAtGuest(
  page: Page,
  { user, password, prompt }: { user: string; password: string | undefined; prompt: string },
): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await page.keyboard.type(`${user}\r`);
    if (password === undefined) return untilSerialSays(page, prompt);
    await untilSerialSays(page, 'Password:');
    await page.keyboard.type(`${password}\r`);
    await expect.poll(() => serialText(page), { timeout: 30_000 }).toMatch(new RegExp(`${prompt}|incorrect`));
    if (!(await serialText(page)).includes('incorrect')) return;
    await expect.poll(() => serialText(page), { timeout: 30_000 }).toMatch(/incorrect[^]*login: *$/);
  }
  throw new Error('the guest did not let us in');
}
