import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { NephosError } from '@nephos/client/error';
import { DomainError } from '@nephos/model/errors';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { foldersOf } from '../settings.ts';
import { say } from '../terminal.ts';
import { withBenchCloud, type BenchCloud } from './bench-cloud.ts';
import { quantile, summarisePairs, type Figure } from './figures.ts';
import { insertInstances } from './list.ts';

/** Debian's. */
const CHROMIUM = '/usr/lib/chromium/chromium';
const WHO = { name: 'bench', password: 'a password for the bench' };
const LIST = '/instances';
/** As small as a page of the same server can be. */
const STATIC = '/icon.svg';
/** The first of the list. The simulator stops it by itself a second after each start. */
const CRASHING = 'a-crash-1';
const CRASH_AFTER_MS = 1_000;
/** Links that are in sight are fetched ahead; that counts too. */
const QUIET_MS = 2_000;

interface PortalBench extends BenchCloud {
  browser: Browser;
  /** With the cookies of somebody who has signed in, and an empty cache. */
  open(): Promise<BrowserContext>;
  samples: number;
}

/** The portal in a browser, for somebody with very many instances. */
export function benchPortal({ instanceCount, samples }: { instanceCount: number; samples: number }): Promise<Figure[]> {
  if (!existsSync(CHROMIUM)) throw new DomainError('UNSUPPORTED', `There is no ${CHROMIUM}; the package chromium brings it.`);
  return withBenchCloud(['--simulator'], async (cloud) => {
    await makeInstances(cloud, instanceCount);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    try {
      const { url: baseURL } = cloud.cloud.api;
      const storageState = await signIn(await browser.newContext({ baseURL }));
      const bench: PortalBench = { ...cloud, browser, samples, open: () => browser.newContext({ baseURL, storageState }) };
      return [await listToUsable(bench), ...(await navigation(bench)), await hostToPage(bench), await scriptsOfList(bench)];
    } finally {
      await browser.close();
    }
  });
}

async function makeInstances(bench: BenchCloud, instanceCount: number): Promise<void> {
  const { cloud, admin, zoneId, templateId, computeOfferingId } = bench;
  const { accountId } = await admin.api.user.create.mutate(WHO);
  const { domainId } = await cloud.db.account.update({
    where: { id: accountId },
    data: { maxInstances: 100_000, maxVcpus: 1_000_000, maxMemoryMib: 1_000_000_000 },
  });
  await insertInstances(bench, { accountId, domainId }, instanceCount);
  // One that really is on a host: it belongs to the same person.
  const [operation] = await admin.api.instance.deploy.mutate({ name: CRASHING, zoneId, templateId, computeOfferingId });
  await untilState(bench, 'stopped');
  await cloud.db.instance.update({ where: { id: operation?.resource.id ?? '' }, data: { accountId, domainId } });
  await cloud.db.limitClaim.updateMany({ where: { resourceId: operation?.resource.id ?? '' }, data: { accountId } });
}

async function untilState({ cloud }: BenchCloud, state: string): Promise<void> {
  for (;;) {
    const { state: now } = await cloud.db.instance.findFirstOrThrow({ where: { name: CRASHING } });
    if (now === state) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function signIn(context: BrowserContext) {
  const page = await context.newPage();
  await page.goto(`/sign-in?callbackUrl=${LIST}`);
  await page.getByLabel('Name', { exact: true }).fill(WHO.name);
  await page.getByLabel('Password').fill(WHO.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await firstRow(page);
  const state = await context.storageState();
  await context.close();
  return state;
}

const firstRow = (page: Page) => page.getByRole('link', { name: CRASHING, exact: true }).waitFor();

/** From asking for the page until its rows are there, and with them all that can be done; nothing in the cache. In turn with the static page. */
async function listToUsable(bench: PortalBench): Promise<Figure> {
  const ours: number[] = [];
  const floor: number[] = [];
  for (let sample = 0; sample < bench.samples; sample++) {
    ours.push(
      await inNewContext(bench, async (page) => {
        await page.goto(LIST, { waitUntil: 'commit' });
        return page
          .waitForFunction(() => document.querySelector('tbody tr a') !== null && performance.now(), undefined, { polling: 'raf' })
          .then(numberOf);
      }),
    );
    floor.push(
      await inNewContext(bench, async (page) => {
        await page.goto(STATIC);
        return page.evaluate(() => performance.now());
      }),
    );
  }
  const p95 = quantile(ours, 0.95);
  say('medians', `list page ${quantile(ours, 0.5).toFixed(0)} ms, a static page ${quantile(floor, 0.5).toFixed(0)} ms`);
  const { pairedRatio } = summarisePairs(ours, floor);
  return { name: 'list page to usable, p95', unit: 'ms', ours: p95, floor: quantile(floor, 0.95), pairedRatio, goal: '≤ 1.0 s', isMet: p95 <= 1_000 };
}

async function inNewContext<T>({ open }: PortalBench, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await open();
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

const numberOf = async (handle: { jsonValue(): Promise<unknown> }): Promise<number> => Number(await handle.jsonValue());

/** From the click until the other page is there, to an instance and back. */
async function navigation(bench: PortalBench): Promise<Figure[]> {
  const there: number[] = [];
  const back: number[] = [];
  await inNewContext(bench, async (page) => {
    await page.goto(LIST);
    await firstRow(page);
    const links = page.locator('tbody tr a');
    for (let sample = -2; sample < bench.samples; sample++) {
      const link = links.nth(Math.abs(sample) % (await links.count()));
      const name = (await link.textContent()) ?? '';
      const forth = await clickUntil(page, () => link.click(), 'h1', name);
      const home = await clickUntil(
        page,
        () => page.getByRole('navigation').getByRole('link', { name: 'Instances' }).click(),
        'tbody tr a',
        CRASHING,
      );
      if (sample < 0) continue; // warming up
      there.push(forth);
      back.push(home);
    }
  });
  return [['list to instance, p95', there] as const, ['instance to list, p95', back] as const].map(([name, times]) => {
    const ours = quantile(times, 0.95);
    return { name, unit: 'ms', ours, floor: null, goal: '≤ 200 ms', isMet: ours <= 200 };
  });
}

/** In the page's own time, to the frame. */
async function clickUntil(page: Page, click: () => Promise<void>, selector: string, text: string): Promise<number> {
  const arrived = page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const onClick = () => {
          const from = performance.now();
          const look = () => {
            const isThere = [...document.querySelectorAll(wanted.selector)].some((one) => one.textContent?.includes(wanted.text));
            if (isThere) resolve(performance.now() - from);
            else requestAnimationFrame(look);
          };
          look();
        };
        document.addEventListener('click', onClick, { capture: true, once: true });
      }),
    { selector, text },
  );
  await click();
  return arrived;
}

/** A guest ends on its host; how long until the page says so, without a reload. The simulator notes when it began, and ends it a second later. */
async function hostToPage(bench: PortalBench): Promise<Figure> {
  const { cloud, samples } = bench;
  const { id: instanceId } = await cloud.db.instance.findFirstOrThrow({ where: { name: CRASHING } });
  const times: number[] = [];
  await inNewContext(bench, async (page) => {
    await page.goto(`${LIST}?search=${CRASHING}`);
    await page.locator('[data-live=live]').waitFor();
    for (let sample = 0; sample < samples; sample++) {
      await startAgain(bench, instanceId);
      await page.getByRole('cell', { name: 'Running' }).waitFor();
      const seen = await page
        .waitForFunction(() => document.querySelector('tbody')?.textContent?.includes('Stopped') && Date.now(), undefined, { polling: 'raf' })
        .then(numberOf);
      times.push(seen - ((await startedAt(cloud.dataFolder, instanceId)) + CRASH_AFTER_MS));
    }
  });
  const ours = quantile(times, 0.95);
  say('medians', `host to page ${quantile(times, 0.5).toFixed(0)} ms`);
  return { name: 'change on a host to the page, p95', unit: 'ms', ours, floor: null, goal: '≤ 1 s', isMet: ours <= 1_000 };
}

/** A guest that ended by itself leaves its host for a moment, and can't be started meanwhile. */
async function startAgain(bench: PortalBench, instanceId: string): Promise<void> {
  for (;;) {
    await untilState(bench, 'stopped');
    try {
      await bench.admin.api.instance.start.mutate({ instanceId });
      return;
    } catch (error) {
      if (!(error instanceof NephosError) || error.code !== 'INVALID_STATE') throw error;
    }
  }
}

/** When the simulated guest last began, by the journal of its host. */
async function startedAt(dataFolder: string, instanceId: string): Promise<number> {
  const { simulator } = foldersOf(dataFolder);
  let latest = 0;
  for (const host of await readdir(simulator, { withFileTypes: true })) {
    if (!host.isDirectory()) continue;
    const journal = await readFile(path.join(simulator, host.name, 'journal.jsonl'), 'utf8').catch(() => '');
    for (const line of journal.split('\n').filter((text) => text.includes(instanceId))) {
      const entry: { startedAt?: number } = JSON.parse(line);
      latest = Math.max(latest, entry.startedAt ?? 0);
    }
  }
  return latest;
}

/** Everything that the list page makes a browser load, as a server that compresses would send it. */
async function scriptsOfList(bench: PortalBench): Promise<Figure> {
  const sizes = new Map<string, Promise<number>>();
  await inNewContext(bench, async (page) => {
    page.on('response', (response) => {
      if (new URL(response.url()).pathname.endsWith('.js'))
        sizes.set(
          response.url(),
          response.body().then((body) => gzipSync(body).length),
        );
    });
    await page.goto(LIST);
    await firstRow(page);
    await page.waitForTimeout(QUIET_MS);
  });
  const ours = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0) / 1_000;
  return { name: 'scripts of the list page, gzip', unit: 'kB', ours, floor: null, goal: '≤ 250 kB', isMet: ours <= 250 };
}
