import { existsSync } from 'node:fs';
import { instanceDto, instancePasswordDto } from '@nephos/contracts/instance.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHROMIUM, keepPicture, looksRight, openPortal, type Portal } from './browser.arrange.ts';
import { inkOf, MUCH, signInAtGuest, untilInk, untilSerialSays, untilStill } from './console.arrange.ts';

const NAME = 'console-vm';
/** A line of a guest that has nothing to do with how one signs in there. */
const CLOUDS = [
  {
    kind: 'simulated',
    args: ['--simulator', '--hosts', '1'],
    user: 'me',
    hasPassword: false,
    prompt: `me@${NAME}`,
    asked: 'echo 42',
    said: 'echo 42',
  },
  { kind: 'real', args: ['--hosts', '1'], user: 'root', hasPassword: true, prompt: '#', asked: 'echo $((6 * 7))', said: '42' },
] as const;

describe.skipIf(!existsSync(CHROMIUM)).each(CLOUDS)('the console of a $kind guest', ({ kind, args, user, hasPassword, prompt, asked, said }) => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let instanceId: string;

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args });
    instanceId = await deploy(cloud, hasPassword);
    portal = await openPortal(cloud);
    ({ page } = portal);
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(page, task.name);
    expect(portal.troubles).toEqual([]);
  });

  it('is seen as a picture on the page of its instance, which leads there', async () => {
    await page.goto(`/instances/${instanceId}`);
    const picture = page.getByRole('img', { name: `The screen of ${NAME}` });
    await picture.waitFor();
    expect(await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
    await looksRight(page, `console-${kind}-picture`);
    await page.getByRole('link', { name: 'Console', exact: true }).click();
    await page.waitForURL('**/console');
  });

  it('shows the screen, and what is typed there', async () => {
    await page.locator('[data-console=connected] canvas').waitFor();
    await untilInk(page, 1); // not blank
    if (kind === 'real') await untilStill(page);
    const before = await inkOf(page);
    await page.keyboard.type('hello');
    await untilInk(page, before + MUCH);
    await looksRight(page, `console-${kind}-screen`);
  });

  it('lets the keyboard go, and types what is pasted', async () => {
    await page.locator('canvas').focus();
    await page.keyboard.press('Control+Shift+Space');
    const paste = page.getByRole('button', { name: 'Paste text' });
    expect(await paste.evaluate((button) => button === document.activeElement)).toBe(true);
    const before = await inkOf(page);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Text').fill('WORLD');
    await looksRight(page, `console-${kind}-paste`);
    await page.getByRole('button', { name: 'Type it' }).click();
    await untilInk(page, before + MUCH);
  });

  it('is a serial line that one signs in at', async () => {
    await page.getByRole('button', { name: 'Serial' }).click();
    await untilSerialSays(page, 'login:');
    const password = hasPassword ? (await cloud.api.query(instancePasswordDto, 'instance.password', { instanceId })).password : undefined;
    await signInAtGuest(page, { user, password, prompt });
    await page.keyboard.type(`${asked}\r`);
    await untilSerialSays(page, `\n${said}`);
    await looksRight(page, `console-${kind}-serial`);
  });

  it('shows who comes later what the line said before', async () => {
    const other = await page.context().newPage();
    await other.goto(`/instances/${instanceId}/console?view=serial`);
    await untilSerialSays(other, said);
    await other.keyboard.type(`from another tab`);
    await untilSerialSays(page, 'from another tab');
    await other.close();
  });

  it('says that it has ended with its guest, and why there is none now', async () => {
    const { id } = await cloud.api.mutate(operationDto, 'instance.stop', { instanceId, isForced: true });
    await page.getByText('The console has ended').waitFor();
    await cloud.api.untilEnded(id);
    const again = page.getByRole('button', { name: 'Reconnect' });
    await page.locator('button[title="Only a running instance has a console; this one is stopped."]').waitFor();
    expect(await again.getAttribute('aria-disabled')).toBe('true');
    await looksRight(page, `console-${kind}-ended`);
    await page.getByRole('link', { name: NAME }).click();
    await page.getByRole('button', { name: 'Console' }).and(page.locator('[aria-disabled=true]')).waitFor();
  });

  it('connects again once the guest runs', async () => {
    await page.goBack();
    const { id } = await cloud.api.mutate(operationDto, 'instance.start', { instanceId });
    await cloud.api.untilEnded(id);
    await page.getByRole('button', { name: 'Reconnect' }).and(page.locator('[aria-disabled=false]')).click();
    await page.locator('[data-console=connected]').waitFor();
  });

  it('says that the connection is lost, and connects again', async () => {
    process.kill(await cloud.pidOf('api'), 'SIGKILL');
    await page.getByText('The connection was lost.').waitFor();
    await looksRight(page, `console-${kind}-lost`);
    await cloud.api.until('the API is back', () => cloud.api.query(instanceDto, 'instance.get', { instanceId }));
    await page.getByRole('button', { name: 'Reconnect' }).click();
    await page.locator('[data-console=connected]').waitFor();
    portal.troubles.splice(0); // of the time without an API
  });

  it('says when the session has ended', async () => {
    await cloud.db.session.deleteMany({});
    await page.getByText('Your session has ended').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(portal.troubles.splice(0).filter((trouble) => !/401|INCOMPLETE_CHUNKED/.test(trouble))).toEqual([]); // the change stream ends too
    const kinds = await cloud.db.event.findMany({ where: { resourceId: instanceId, kind: { startsWith: 'instance.console-' } } });
    expect(kinds.filter((event) => event.kind === 'instance.console-opened').length).toBeGreaterThan(2);
    expect(kinds.filter((event) => event.kind === 'instance.console-closed').length).toBeGreaterThan(2);
  });
});

async function deploy({ api }: EmbeddedCloud, wantsPassword: boolean): Promise<string> {
  const idOf = async (procedure: string, name: string) =>
    (await api.query(z.object({ items: z.array(z.object({ id: z.uuid(), name: z.string() })) }), procedure, { limit: 100 })).items.find(
      (item) => item.name === name,
    )?.id;
  const [operation] = await api.mutate(z.array(operationDto), 'instance.deploy', {
    zoneId: await idOf('zone.list', 'zone-1'),
    templateId: await idOf('template.list', 'tiny'),
    computeOfferingId: await idOf('computeOffering.list', 'tiny'),
    name: NAME,
    wantsPassword,
  });
  const { state, error, resource } = await api.untilEnded(operation?.id ?? '');
  expect({ state, error }).toEqual({ state: 'succeeded', error: null });
  return resource.id;
}
