import { existsSync } from 'node:fs';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { adminPassword, CHROMIUM, keepPicture, looksRight, openBrowser, signIn, type Portal } from './browser.arrange.ts';

describe.skipIf(!existsSync(CHROMIUM))('an employee in the portal', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '2'] });
    portal = await openBrowser(cloud);
    ({ page, troubles } = portal);
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
  });
  /** Nothing may go wrong unseen: no console error, no report of the content security policy, no failed request. */
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(page, task.name);
    expect(troubles).toEqual([]);
  });

  const signInAgain = async () => signIn(page, { name: 'admin', password: await adminPassword(cloud) });

  it('is told when the password is wrong', async () => {
    await page.goto('/operations?state=failed');
    await page.waitForURL(/\/sign-in\?callbackUrl=/);
    await looksRight(page, 'sign-in');
    await signIn(page, { name: 'admin', password: 'not this one' });
    await page.getByRole('alert').filter({ hasText: 'password is wrong' }).waitFor();
    await looksRight(page, 'sign-in-refused');
    expect(troubles.splice(0).filter((trouble) => !trouble.includes('401'))).toEqual([]);
  });

  it('is led back to where they were', async () => {
    await signInAgain();
    await page.waitForURL('**/operations?state=failed');
    await page.locator('[data-live=live]').waitFor();
    const cookies = await page.context().cookies();
    expect(cookies.find(({ name }) => name === 'nephos_session')).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  });

  it('finds the list empty, and creates an instance', async () => {
    await page.getByRole('link', { name: 'Instances', exact: true }).click();
    await page.getByText('No instances yet').waitFor();
    await looksRight(page, 'instances-empty');
    await page.getByRole('main').getByRole('link', { name: 'New instance' }).first().click();
    await page.waitForURL('**/instances/new');
    await page.getByLabel('Name', { exact: true }).fill('web-1');
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    await looksRight(page, 'deploy');
    await page.getByRole('button', { name: 'Create' }).click();
  });

  it('watches it come up without reloading, and each step of that', async () => {
    await page.getByRole('heading', { level: 1, name: /web-1/ }).waitFor();
    await page.getByRole('heading', { level: 1, name: /Running/ }).waitFor();
    await page.getByRole('list', { name: 'Steps' }).getByRole('img', { name: 'done' }).first().waitFor();
    await looksRight(page, 'instance-running');
  });

  it('sees two tabs agree', async () => {
    const other = await page.context().newPage();
    await other.goto('/instances');
    await other.getByRole('cell', { name: 'Running' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    const dialog = page.getByRole('dialog');
    await looksRight(page, 'instance-stop-dialog');
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('heading', { level: 1, name: /Stopped/ }).waitFor();
    await other.getByRole('cell', { name: 'Stopped' }).waitFor();
    await other.close();
  });

  it('finds it in the list, destroys it there, and reads until when it can be recovered', async () => {
    await page.getByRole('link', { name: 'Instances', exact: true }).click();
    await page.getByLabel('Search by name').fill('web');
    await page.waitForURL(/search=web/);
    await page.getByLabel('Select web-1').check();
    await looksRight(page, 'instances-selected');
    await page.getByRole('button', { name: 'Destroy' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Destroy' }).click();
    await page.getByRole('cell', { name: 'Destroyed' }).waitFor();
    await page.getByRole('link', { name: 'web-1', exact: true }).click();
    await page.getByText('It can be recovered until').waitFor();
    await looksRight(page, 'instance-destroyed');
  });

  it('is told at its field what the server refuses', async () => {
    await page.goto('/instances/new');
    await page.getByLabel('Name', { exact: true }).fill('<script>alert(1)</script>');
    await page.getByLabel('Template').selectOption({ label: 'tiny' });
    await page.getByLabel('Compute offering').selectOption({ label: 'tiny' });
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('alert').filter({ hasText: 'lower case letters' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await looksRight(page, 'deploy-refused');
    expect(troubles.splice(0)).toEqual([expect.stringMatching(/400/), expect.stringMatching(/400/)]); // the refusal itself
  });

  it('reads their operations in words', async () => {
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('link', { name: 'Destroy web-1' }).waitFor();
    await looksRight(page, 'operations');
    await page.getByRole('link', { name: 'Create web-1' }).click();
    await page.getByRole('region', { name: 'Timeline' }).getByRole('img', { name: 'done' }).first().waitFor();
    await looksRight(page, 'operation');
  });

  it('adds an SSH key, and makes and revokes an API key that is shown once', async () => {
    await page.getByRole('link', { name: 'SSH keys' }).click();
    await page.getByRole('button', { name: 'Add a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('laptop مفتاح 🔑');
    await dialog.getByLabel('Public key').fill('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1EvTyAeFyzbSPmFNBeQYGLkOjHYLYnBmFSrJ3dgrTT me@laptop');
    await dialog.getByRole('button', { name: 'Add a key' }).click();
    await page.getByRole('cell', { name: 'laptop مفتاح 🔑' }).waitFor();
    await looksRight(page, 'ssh-keys');
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'New key' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('backup script');
    await dialog.getByRole('button', { name: 'Create' }).click();
    const token = (await dialog.getByText(/^nephos_key_/).textContent()) ?? '';
    const asKey = () => fetch(`${cloud.api.url}/api/v1/auth.me`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asKey()).status).toBe(200);
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('cell', { name: 'Revoked' }).waitFor();
    await looksRight(page, 'api-keys');
    expect((await asKey()).status).toBe(401);
  });

  it('sees that the connection is lost, and that it heals', async () => {
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('link', { name: 'Destroy web-1' }).waitFor();
    process.kill(await cloud.pidOf('api'), 'SIGKILL');
    await page.locator('[data-live=away]').waitFor();
    await page.locator('[data-live=live]').waitFor();
    troubles.splice(0); // of the time without an API
  });

  it('signs in again when the session was ended elsewhere, and is back on the page', async () => {
    await cloud.db.session.deleteMany({});
    await page.getByRole('link', { name: 'Create web-1' }).click();
    await page.waitForURL(/\/sign-in\?callbackUrl=%2Foperations%2F/);
    await signInAgain();
    await page.getByRole('heading', { level: 1, name: /Create web-1/ }).waitFor();
    expect(troubles.splice(0).filter((trouble) => !/401|INCOMPLETE_CHUNKED/.test(trouble))).toEqual([]); // the API refuses, and ends the stream
  });

  it('signs out, and the session is worth nothing any more', async () => {
    const cookie = (await page.context().cookies()).find(({ name }) => name === 'nephos_session')?.value ?? '';
    const asSession = () => fetch(`${cloud.api.url}/api/v1/auth.me`, { headers: { cookie: `nephos_session=${cookie}` } });
    expect((await asSession()).status).toBe(200);
    await page.getByRole('button', { name: 'Account menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    expect((await asSession()).status).toBe(401);
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('nephos_session');
  });
});
