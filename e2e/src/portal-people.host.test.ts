import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hasSlapd } from '@nephos/embedded/slapd';
import { listOutput } from '@nephos/contracts/list.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { userDto } from '@nephos/contracts/user.schema';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHROMIUM, directoryPassword, eventually, keepPicture, looksRight, openBrowser, signIn, type Portal } from './browser.arrange.ts';

const LOCAL = { name: 'lena', password: 'a password for the first day' };
const NEW_PASSWORD = 'another one for the second';

describe.skipIf(!existsSync(CHROMIUM) || !hasSlapd())('people in the portal', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let troubles: string[];
  let dialog: Locator;
  let adminsInstance: string;

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '1'] });
    const idOf = async (procedure: string) => (await cloud.api.query(listOutput(z.object({ id: z.uuid() })), procedure, {})).items[0]!.id;
    const [zoneId, templateId, computeOfferingId] = [await idOf('zone.list'), await idOf('template.list'), await idOf('computeOffering.list')];
    const input = { name: 'secret', zoneId, templateId, computeOfferingId };
    const [deployed] = await cloud.api.mutate(z.array(operationDto), 'instance.deploy', input);
    adminsInstance = deployed!.resource.id;
    await cloud.api.mutate(userDto, 'user.create', LOCAL);
    portal = await openBrowser(cloud);
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
  const alice = async () => ({ name: 'alice', password: await directoryPassword(cloud) });

  it('come from the directory, and read on their profile who they are', async () => {
    await page.goto('/profile');
    await signIn(page, await alice());
    await page.waitForURL('**/profile');
    await page.getByText('The directory of your organisation', { exact: true }).waitFor();
    await page.getByText('Your password is kept by the directory').waitFor();
    expect(await page.getByLabel('New password', { exact: true }).count()).toBe(0);
    await page.getByRole('meter', { name: 'Memory' }).waitFor();
    await looksRight(page, 'profile-directory');
  });

  it('are told that guests are simulated, until they put that away', async () => {
    const note = page.getByText('This cloud is simulated');
    await note.waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await note.waitFor({ state: 'detached' });
    await page.goto('/instances');
    await page.getByText('No instances yet').waitFor();
    expect(await note.count()).toBe(0);
  });

  it('see nothing of others, even with their address', async () => {
    await page.goto(`/instances/${adminsInstance}`);
    await page.getByText('There is nothing here').waitFor();
    await looksRight(page, 'not-found');
    forgive(/404/);
  });

  it('create with a key pair that their browser makes, whose private half is theirs alone', async () => {
    await page.goto('/instances/new');
    await page.getByLabel('Name', { exact: true }).fill('web');
    await page.getByLabel('How many').fill('3');
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    expect(await page.getByLabel('Network').locator('option').allTextContents()).toEqual(['A network of your own (10.1.1.0/24)']);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await page.getByRole('button', { name: 'New key' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('my laptop');
    await looksRight(page, 'key-generate');
    await dialog.getByRole('button', { name: 'Make the pair' }).click();
    const privateKey = (await dialog.getByText('BEGIN OPENSSH PRIVATE KEY').textContent()) ?? '';
    await page.keyboard.press('Escape'); // it stays: nobody has it afterwards
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('link', { name: 'Download' }).click()]);
    expect(download.suggestedFilename()).toBe('my-laptop.key');
    await looksRight(page, 'key-private');
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    const file = await download.path();
    execFileSync('chmod', ['600', file]);
    const publicKey = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).split(' ', 2).join(' ');
    expect(sent.some((body) => body.includes(publicKey))).toBe(true);
    const secretPart = privateKey.split('\n')[3] ?? ''; // within what only the private file has
    expect(secretPart.length).toBe(70);
    expect(sent.filter((body) => body.includes(secretPart) || body.includes('PRIVATE'))).toEqual([]);

    const summary = page.getByRole('region', { name: 'Summary' });
    await summary.getByText('web-1, web-2, web-3').waitFor();
    await summary.getByText('my laptop').waitFor();
    expect(await summary.getByRole('meter', { name: 'Instances' }).getAttribute('aria-valuenow')).toBe('3');
    await looksRight(page, 'deploy-summary');
    await page.getByRole('button', { name: 'Create' }).click();
    await eventually(() => page.getByRole('cell', { name: 'Running' }).count()).toBe(3);
    await page.goto('/ssh-keys');
    const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' }).split(' ')[1] ?? '';
    await page.getByText(fingerprint).waitFor();
  });

  it('are told what exceeds their limits, where it is sent', async () => {
    await page.goto('/instances/new');
    await page.getByLabel('Name', { exact: true }).fill('too-many');
    await page.getByLabel('How many').fill('40');
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').filter({ hasText: 'instances are used' }).waitFor();
    await looksRight(page, 'deploy-over-limit');
    forgive(/403/);
  });

  it('go anywhere by the command palette, also to an instance that the server finds', async () => {
    await page.goto('/operations');
    await page.locator('[data-live=live]').waitFor();
    await page.keyboard.press('Control+k');
    await looksRight(page, 'palette');
    await page.keyboard.type('web-2');
    await dialog.getByRole('option', { name: /web-2/ }).waitFor();
    await looksRight(page, 'palette-found');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /web-2/ }).waitFor();
    await page.getByRole('button', { name: 'Search or jump to…' }).click();
    await page.keyboard.type('dark');
    await page.keyboard.press('Enter');
    await eventually(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.reload();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  });

  it('know the shortcuts, which are silent while they type', async () => {
    await page.keyboard.press('?');
    await dialog.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
    await looksRight(page, 'shortcuts');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/instances');
    await page.getByRole('link', { name: 'web-1', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('c?gow');
    await page.waitForURL(/search=c%3Fgow/);
    expect(new URL(page.url()).pathname).toBe('/instances');
    expect(await dialog.count()).toBe(0);
    await page.getByLabel('Search by name').blur();
    await page.keyboard.press('c');
    await page.waitForURL('**/instances/new');
  });

  it('choose how it looks', async () => {
    await page.goto('/profile/appearance');
    await page.getByText('Compact').click();
    await page.getByText('As the system').click();
    await looksRight(page, 'profile-appearance');
    await page.reload();
    const looks = await page.evaluate(() => [document.documentElement.dataset['theme'], document.documentElement.dataset['density']]);
    expect(looks).toEqual(['system', 'compact']);
    await page.goto('/instances');
    await page.getByRole('link', { name: 'web-1', exact: true }).waitFor();
    await looksRight(page, 'instances-compact');
  });

  it('see where they are signed in, and end it there', async () => {
    const other = await openBrowser(cloud);
    await other.page.goto('/operations');
    await signIn(other.page, await alice());
    await other.page.getByRole('cell', { name: 'Done' }).first().waitFor();
    await page.goto('/profile/sessions');
    await eventually(() => page.getByRole('cell', { name: /Chrome on Linux/ }).count()).toBe(2);
    await looksRight(page, 'profile-sessions');
    const others = page.getByRole('row').filter({ hasText: 'Chrome on Linux' }).filter({ hasNotText: 'This one' });
    await others.getByRole('button', { name: 'Sign out' }).click();
    await eventually(() => page.getByRole('cell', { name: /Chrome on Linux/ }).count()).toBe(1);
    await other.page.getByRole('link', { name: 'SSH keys' }).click();
    await other.page.waitForURL(/\/sign-in\?callbackUrl=%2Fssh-keys/);
    await signIn(other.page, await alice());
    await other.page.getByRole('cell', { name: 'my laptop' }).waitFor(); // back where they were
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await looksRight(page, 'profile-sign-out-everywhere');
    await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.waitForURL('**/sign-in');
    await other.page.getByRole('link', { name: 'Operations' }).click();
    await other.page.waitForURL(/\/sign-in/);
    await other.close();
    forgive(/401/);
  });

  it('of this cloud change their password, which ends their other sessions', async () => {
    const other = await openBrowser(cloud);
    await other.page.goto('/instances');
    await signIn(other.page, LOCAL);
    await other.page.getByText('No instances yet').waitFor();
    await page.goto('/profile');
    await signIn(page, LOCAL);
    await page.getByLabel('Current password').fill('not this one');
    await page.getByLabel('New password', { exact: true }).fill('short');
    await page.getByLabel('New password again').fill('shorter');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('It is not the same as above').waitFor();
    await page.getByLabel('New password again').fill('short');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('alert').filter({ hasText: 'At least 12 characters' }).waitFor();
    for (const label of ['New password', 'New password again']) await page.getByLabel(label, { exact: true }).fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('alert').filter({ hasText: 'not your current password' }).waitFor();
    await looksRight(page, 'profile-password-refused');
    await page.getByLabel('Current password').fill(LOCAL.password);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('The password is changed, and 1 other session has ended', { exact: true }).waitFor();
    await other.page.getByRole('link', { name: 'Operations' }).click();
    await other.page.waitForURL(/\/sign-in/);
    await signIn(other.page, LOCAL);
    await other.page.getByRole('alert').filter({ hasText: 'password is wrong' }).waitFor();
    await signIn(other.page, { ...LOCAL, password: NEW_PASSWORD });
    await other.page.locator('[data-live=live]').waitFor();
    await other.close();
    forgive(/400/);
  });

  it('are told when something is not for them', async () => {
    await page.route('**/api/v1/event.list*', (route) =>
      route.fulfill({
        status: 403,
        json: {
          error: {
            message: 'Your role (user) does not include event.read.',
            code: -32003,
            data: { code: 'FORBIDDEN', httpStatus: 403, details: {} },
          },
        },
      }),
    );
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByText('This is not for you').waitFor();
    await looksRight(page, 'forbidden');
    await page.unroute('**/api/v1/event.list*');
    forgive(/403/);
  });
});
