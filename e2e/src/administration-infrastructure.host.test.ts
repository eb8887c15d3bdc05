import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { userDto } from '@nephos/contracts/user.schema';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, eventually, keepPicture, looksRight, openBrowser, openPortal, signIn, type Portal } from './browser.arrange.ts';

const LENA = { name: 'lena', password: 'a password for the first day' };

describe.skipIf(!existsSync(CHROMIUM))('an administrator in the portal', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let troubles: string[];
  let dialog: Locator;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'nephos-e2e-'));
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '2'] });
    await cloud.api.mutate(userDto, 'user.create', LENA);
    portal = await openPortal(cloud);
    ({ page, troubles } = portal);
    dialog = page.getByRole('dialog');
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
    await rm(folder, { recursive: true });
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
    await page.getByLabel('Network').locator('option', { hasText: '10.1.1.0/24' }).waitFor({ state: 'attached' }); // the zone is known
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

  it('sees what hosts are in, page by page, and adds a zone whose name must be free', async () => {
    await menu('Infrastructure').click();
    await page.getByRole('link', { name: 'zone-1' }).waitFor();
    await looksRight(page, 'administration-zones');
    await page.getByRole('button', { name: 'Add a zone' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('zone-1');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'zone called zone-1 already' }).waitFor();
    expect(await dialog.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await looksRight(page, 'administration-zone-taken');
    forgive(/409/);
    await dialog.getByLabel('Name', { exact: true }).fill('zone-2');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await page.getByRole('link', { name: 'zone-2' }).waitFor();
    const tab = (name: string) => page.getByRole('navigation', { name: 'Infrastructure' }).getByRole('link', { name });
    await tab('Pods').click();
    await page.getByRole('link', { name: 'pod-1' }).waitFor();
    await tab('Clusters').click();
    await page.getByRole('link', { name: 'simulator-1' }).waitFor();
    await tab('Storage pools').click();
    await page.getByRole('meter', { name: 'Claimed' }).first().waitFor();
    await looksRight(page, 'administration-pools');
    await tab('Image stores').click();
    await page.getByRole('cell', { name: 'images', exact: false }).first().waitFor();
    await tab('Public addresses').click();
    await page.getByRole('cell', { name: 'In use' }).first().waitFor();
    await page.getByLabel('State').selectOption({ label: 'Free' });
    await page.getByRole('cell', { name: 'In use' }).first().waitFor({ state: 'detached' });
    await looksRight(page, 'administration-public-addresses');
    await menu('Networks').click();
    await page.getByRole('cell', { name: 'Set up' }).waitFor();
    await looksRight(page, 'administration-networks');
    await page.getByRole('navigation', { name: 'Networks' }).getByRole('link', { name: 'Routers' }).click();
    await page.getByRole('cell', { name: 'Running' }).waitFor();
  });

  it('finds everybody’s instances, with whose they are and where they run', async () => {
    await menu('All instances').click();
    const row = page.getByRole('row').filter({ hasText: 'web-1' });
    await row.getByRole('link', { name: 'admin' }).waitFor();
    await row.getByRole('link', { name: /^simulated-/ }).waitFor();
    await page.getByRole('button', { name: 'Account: All accounts' }).click();
    await page.keyboard.type('lena');
    await dialog.getByRole('option', { name: 'lena' }).click();
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await row.waitFor();
    await looksRight(page, 'administration-instances');
  });

  it('retires an offering, which nobody is offered any more', async () => {
    await menu('Catalogue').click();
    const row = page.getByRole('row').filter({ hasText: 'small' }).first();
    await row.getByRole('button', { name: 'Retire' }).click();
    await dialog.getByRole('button', { name: 'Retire' }).click();
    await row.getByText('Retired').waitFor();
    await looksRight(page, 'administration-offerings');
    await page.goto('/instances/new');
    await page.getByLabel('Compute offering').locator('option', { hasText: 'tiny' }).waitFor({ state: 'attached' });
    expect(await page.getByLabel('Compute offering').locator('option', { hasText: 'small' }).count()).toBe(0);
    await page.goto('/administration/catalogue');
    await row.getByRole('button', { name: 'Offer again' }).click();
    await dialog.getByRole('button', { name: 'Offer again' }).click();
    await row.getByText('Offered').waitFor();
  });

  it('uploads a template, sees how far it has come, and retires it', async () => {
    const image = path.join(folder, 'big.qcow2');
    await writeFile(image, qcow2Of(40));
    await page.goto('/administration/catalogue/templates');
    await page.getByRole('button', { name: 'Upload a template' }).click();
    await dialog.getByLabel('Image file').setInputFiles(image);
    await dialog.getByLabel('Name', { exact: true }).fill('big');
    await dialog.getByLabel('SHA-256').fill('0'.repeat(64));
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Nothing was sent' }).waitFor();
    await dialog.getByLabel('SHA-256').fill('');
    await looksRight(page, 'administration-template-upload');
    await dialog.getByRole('button', { name: 'Upload' }).click();
    await dialog.getByRole('progressbar').waitFor();
    const row = page.getByRole('row').filter({ hasText: 'big' });
    await row.getByText('Ready').waitFor();
    await page.getByText('big is ready', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Retire' }).click();
    await dialog.getByRole('button', { name: 'Retire' }).click();
    await row.getByText('Retired').waitFor();
    await looksRight(page, 'administration-templates');
  });

  it('changes the limits of an account', async () => {
    await page.goto('/administration/people');
    await page.getByRole('link', { name: 'lena' }).click();
    await page.getByRole('heading', { level: 1, name: 'lena' }).waitFor();
    await page.getByRole('button', { name: 'Change limits' }).click();
    await dialog.getByLabel('Instances').fill('-1');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByLabel('Instances').getAttribute('aria-invalid')).toBe('true');
    forgive(/400/);
    await dialog.getByLabel('Instances').fill('3');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await eventually(() => page.getByRole('meter', { name: 'Instances' }).getAttribute('aria-valuetext')).toBe('0 of 3');
    await looksRight(page, 'administration-account');
    await page.getByRole('link', { name: 'All accounts' }).click();
    await page.getByRole('cell', { name: '0 of 3' }).waitFor();
    await looksRight(page, 'administration-accounts');
  });

  it('adds a user, whose password is shown once, and disables another, whose session ends at once', async () => {
    const other = await openBrowser(cloud);
    await other.page.goto('/instances');
    await signIn(other.page, LENA);
    await other.page.getByText('No instances yet').waitFor();
    await menu('People').click();
    await page.getByRole('navigation', { name: 'People' }).getByRole('link', { name: 'Users' }).click();
    await page.getByRole('button', { name: 'Actions for lena' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await looksRight(page, 'administration-user-disable');
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('row').filter({ hasText: 'lena' }).getByText('Disabled').waitFor();
    await other.page.waitForURL(/\/sign-in/); // by itself
    await signIn(other.page, LENA);
    await other.page.getByRole('alert').filter({ hasText: 'disabled' }).waitFor();
    await page.getByRole('button', { name: 'Actions for admin' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await dialog.getByRole('button', { name: 'Disable' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'You can’t disable yourself' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    forgive(/409/);
    await page.getByRole('button', { name: 'Add a user' }).click();
    await dialog.getByLabel('Signs in as').fill('mara');
    await looksRight(page, 'administration-user-add');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText('It is shown this once').waitFor();
    const password = (await dialog.locator('.font-mono').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('cell', { name: 'mara' }).first().waitFor();
    await looksRight(page, 'administration-users');
    await signIn(other.page, { name: 'mara', password });
    await other.page.getByText('No instances yet').waitFor();
    expect(await other.page.getByRole('link', { name: 'Hosts' }).count()).toBe(0);
    await other.page.goto('/administration/hosts');
    await other.page.getByText('This is not for you').waitFor();
    await looksRight(other.page, 'administration-not-for-users');
    await other.close();
  });

  it('finds events by kind, actor and text, and takes them along as a file', async () => {
    await page.goto('/administration/audit');
    await page.getByLabel('Kind').selectOption({ label: 'Users' });
    await page.getByText('lena was disabled and signed out everywhere.').waitFor();
    await page.getByRole('button', { name: 'By: By anybody' }).click();
    await dialog.getByRole('option', { name: 'admin' }).click();
    await page.waitForURL(/user=/);
    await page.getByLabel('Search in the texts').fill('everywhere');
    await page.waitForURL(/search=everywhere/);
    await eventually(() => page.getByRole('row').count()).toBe(2); // the heads, and that one
    await looksRight(page, 'administration-audit');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export as CSV' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^nephos-events-.*\.csv$/);
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
    expect(lines).toEqual([
      expect.stringMatching(/^time,kind,message/),
      expect.stringContaining(',user.updated,lena was disabled and signed out everywhere.,'),
    ]);
  });
});

/** An image of so many MiB that is one, and empty. */
function qcow2Of(mib: number): Buffer {
  const image = Buffer.alloc(mib * 1024 ** 2);
  image.write('QFI\xfb', 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(BigInt(1024 ** 3), 24);
  image.writeUInt32BE(104, 100);
  return image;
}
