import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { listOutput } from '@nephos/contracts/list.schema';
import { operationDetailDto, operationDto } from '@nephos/contracts/operation.schema';
import { userDto } from '@nephos/contracts/user.schema';
import { newId } from '@nephos/model/id';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHROMIUM, eventually, keepPicture, looksRight, openBrowser, openPortal, signIn, type Portal } from './browser.arrange.ts';

const EMPLOYEE = { name: 'lena', password: 'a password for the first day' };
const REASON = 'Removed by hand with virsh, ticket 4711';

describe.skipIf(!existsSync(CHROMIUM))('an administrator of operations in the portal', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let page: Page;
  let troubles: string[];
  let stuckId: string;

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '2'] });
    await cloud.api.mutate(userDto, 'user.create', EMPLOYEE);
    for (const name of ['web-1', 'web-2', 'fail-start-shop']) await cloud.api.untilEnded(await deploy(name));
    stuckId = await deploy('fail-start-stuck-remove-db');
    await untilStuck();
    await deploy('hang-start-mail');
    portal = await openPortal(cloud);
    ({ page, troubles } = portal);
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(page, task.name);
    expect(troubles).toEqual([]);
  });

  async function deploy(name: string): Promise<string> {
    const idOf = async (procedure: string) => (await cloud.api.query(listOutput(z.object({ id: z.uuid() })), procedure, {})).items[0]!.id;
    const [zoneId, templateId, computeOfferingId] = [await idOf('zone.list'), await idOf('template.list'), await idOf('computeOffering.list')];
    const [begun] = await cloud.api.mutate(z.array(operationDto), 'instance.deploy', { name, zoneId, templateId, computeOfferingId });
    return begun!.id;
  }
  const stateOf = async (operationId: string) => (await cloud.api.query(operationDetailDto, 'operation.get', { operationId })).state;
  const untilStuck = () => cloud.api.until('it is stuck', async () => (await stateOf(stuckId)) === 'stuck');
  const figure = (label: string) => page.getByRole('definition').and(page.locator(`dt:has-text("${label}") + dd`));
  const timeline = () => page.getByRole('region', { name: 'Timeline' });

  it('sees on the wallboard what runs, what is stuck and why things failed, as it happens', async () => {
    await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Wallboard' }).click();
    await page.waitForURL('**/administration/wallboard');
    await eventually(() => figure('Stuck').textContent()).toBe('1');
    await eventually(() => figure('Running now').textContent()).toBe('1');
    expect(await figure('Failed in 24 hours').textContent()).toBe('1');
    await page.getByRole('row').filter({ hasText: 'start the guest' }).first().waitFor();
    await looksRight(page, 'administration-wallboard');
    await deploy('fail-start-shop-again');
    await eventually(() => figure('Failed in 24 hours').textContent()).toBe('2');
  });

  it('finds the failed deploys by their cause', async () => {
    await page.getByRole('region', { name: 'Failed in 24 hours, by cause' }).getByRole('link', { name: 'UNSUPPORTED' }).click();
    await page.waitForURL(/error=UNSUPPORTED/);
    await page.getByRole('link', { name: 'Create fail-start-shop-again' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
    await page.getByRole('button', { name: 'Sort by Started' }).click();
    await page.waitForURL(/direction=asc/);
    await eventually(() => page.getByRole('row').nth(1).getByRole('link').textContent()).toBe('Create fail-start-shop');
    await looksRight(page, 'administration-operations-failed');
    await page.getByRole('button', { name: /no longer filter/ }).click();
    await page.getByRole('button', { name: 'Account: All accounts' }).click();
    await page.getByRole('dialog').getByRole('option', { name: EMPLOYEE.name }).click();
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('link', { name: 'Create web-2' }).waitFor();
    await looksRight(page, 'administration-operations');
    const { hostId } = await cloud.db.stepAttempt.findFirstOrThrow({ where: { operation: { resourceName: 'web-1' } } });
    const { name } = await cloud.db.host.findUniqueOrThrow({ where: { id: hostId } });
    await page.getByRole('button', { name: 'Host: All hosts' }).click();
    await page.getByRole('dialog').getByRole('option', { name }).click();
    await page.waitForURL(new RegExp(`host=${hostId}`));
    await page.getByRole('button', { name: `Host: ${name}` }).waitFor();
    await page.getByRole('link', { name: 'Create web-1' }).waitFor();
    await page.goto('/operations');
    await page.getByLabel('Error or step').fill('start the guest');
    await page.waitForURL(/error=start/);
    await page.getByLabel('Search by name').fill('shop');
    await eventually(() => page.getByRole('row').count()).toBe(3);
  });

  it('reads how one of them ran, on which host, and what was undone', async () => {
    await page.getByRole('link', { name: 'Create fail-start-shop', exact: true }).click();
    await page.getByText('It failed at: start the guest').waitFor();
    const failed = timeline().getByRole('row').filter({ hasText: 'start the guest' }).first();
    expect(await failed.getByRole('img', { name: 'failed' }).count()).toBe(1);
    await timeline()
      .getByRole('row')
      .filter({ hasText: 'ensureInstance' })
      .getByRole('cell', { name: /simulated-/ })
      .first()
      .waitFor();
    await timeline().getByRole('row').filter({ hasText: 'undo: ' }).first().waitFor();
    await page.getByText('Input: instanceId').waitFor();
    await looksRight(page, 'administration-operation-failed');
  });

  it('reads its raw history, without what no log would tell, and keeps it as a file', async () => {
    await page.getByRole('link', { name: 'Raw history' }).click();
    await page.waitForURL(/tab=history/);
    const events = page.getByRole('list', { name: 'History' }).getByRole('listitem');
    await events.filter({ hasText: 'Workflow execution failed' }).waitFor();
    await page.getByLabel('Type of event').selectOption({ label: 'Activity task scheduled' });
    await eventually(() => events.filter({ hasNotText: 'Activity task scheduled' }).count()).toBe(0);
    await events.filter({ hasText: 'ensureInstance' }).first().locator('summary').click();
    await page.getByText('"heartbeatTimeout"').first().waitFor();
    await looksRight(page, 'administration-operation-history');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as JSON' }).click()]);
    const saved: { events: { type: string }[] } = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(saved.events[0]).toMatchObject({ type: 'WORKFLOW_EXECUTION_STARTED' });
    expect(saved.events.at(-1)).toMatchObject({ type: 'WORKFLOW_EXECUTION_FAILED' });
  });

  it('is told when Temporal keeps the history no longer', async () => {
    const { input, ...row } = await cloud.db.operation.findFirstOrThrow({ where: { resourceName: 'web-1' } });
    const { id } = await cloud.db.operation.create({ data: { ...row, id: newId(), kind: 'instance.stop', input: input ?? {} } });
    await page.goto(`/operations/${id}?tab=history`);
    await page.getByText('The history is gone').waitFor();
    await looksRight(page, 'administration-operation-history-gone');
    await cloud.db.operation.delete({ where: { id } });
  });

  it('tries a stuck step again, and goes on without it for a reason that is kept', async () => {
    await page.goto('/administration/wallboard');
    await figure('Stuck').getByRole('link').click();
    await page.getByRole('link', { name: 'Create fail-start-stuck-remove-db' }).click();
    await page.getByText(/It cannot go on at/).waitFor();
    await looksRight(page, 'administration-operation-stuck');
    await page.getByRole('button', { name: 'Try the step again' }).click();
    await page.getByText('The stuck step is tried again.').waitFor();
    await untilStuck();
    await page.getByRole('button', { name: 'Go on without it…' }).click();
    const dialog = page.getByRole('dialog');
    const resolve = dialog.getByRole('button', { name: 'Go on without it' });
    expect(await resolve.getAttribute('aria-disabled')).toBe('true');
    await dialog.getByLabel('Reason').fill(REASON);
    await looksRight(page, 'administration-operation-resolve');
    await resolve.click();
    await page.getByRole('heading', { level: 1, name: /Failed/ }).waitFor();
    await page.getByRole('region', { name: 'What administrators decided' }).getByText(REASON).waitFor();
    await looksRight(page, 'administration-operation-resolved');
    await page.goto('/administration/wallboard');
    await eventually(() => figure('Stuck').textContent()).toBe('0');
    await eventually(() => figure('Failed in 24 hours').textContent()).toBe('3');
  });

  it('has what employees have not', async () => {
    const employee = await openBrowser(cloud);
    await employee.page.goto('/administration/wallboard');
    await signIn(employee.page, EMPLOYEE);
    await employee.page.getByText('This is not for you').waitFor();
    expect(await employee.page.getByRole('link', { name: 'Wallboard' }).count()).toBe(0);
    await looksRight(employee.page, 'administration-forbidden');
    await employee.page.getByRole('link', { name: 'Operations' }).click();
    await employee.page.getByText('Nothing has been started yet').waitFor();
    expect(await employee.page.getByRole('button', { name: /^(Account|Host):/ }).count()).toBe(0);
    expect(employee.troubles.filter((trouble) => !trouble.includes('403'))).toEqual([]);
    await employee.close();
  });
});
