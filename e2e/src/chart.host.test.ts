import { existsSync } from 'node:fs';
import { listOutput } from '@nephos/contracts/list.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { FIVE_MINUTES_TIER, HOUR_TIER, makePartitions } from '@nephos/db/metrics-partition.repo';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHROMIUM, keepPicture, looksRight, openPortal, type Portal } from './browser.arrange.ts';

const DAY_MS = 24 * 60 * 60_000;

describe.skipIf(!existsSync(CHROMIUM))('the charts of an instance', () => {
  let cloud: EmbeddedCloud;
  let portal: Portal;
  let instanceId: string;

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '1'], env: { NEPHOS_AGENT_SAMPLE_MS: '1000' } });
    const idOf = async (procedure: string) => (await cloud.api.query(listOutput(z.object({ id: z.uuid() })), procedure, {})).items[0]!.id;
    const [zoneId, templateId, computeOfferingId] = [await idOf('zone.list'), await idOf('template.list'), await idOf('computeOffering.list')];
    const input = { name: 'web-1', zoneId, templateId, computeOfferingId };
    const [deployed] = await cloud.api.mutate(z.array(operationDto), 'instance.deploy', input);
    await cloud.api.untilEnded(deployed!.id);
    instanceId = deployed!.resource.id;
    portal = await openPortal(cloud);
  });
  afterAll(async () => {
    await portal?.close();
    await cloud?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keepPicture(portal.page, task.name);
    expect(portal.troubles).toEqual([]);
  });

  const change = async (verb: string) => {
    const operation = await cloud.api.mutate(operationDto, `instance.${verb}`, { instanceId });
    await cloud.api.untilEnded(operation.id);
  };
  const forget = () => cloud.db.$executeRaw`DELETE FROM metrics.sample WHERE instance_id = ${instanceId}::uuid`;

  it('are led to by a tab, and say so when there is nothing yet', async () => {
    const { page } = portal;
    await change('stop');
    await forget();
    await page.goto(`/instances/${instanceId}`);
    await page.getByRole('link', { name: 'Charts' }).click();
    await page.waitForURL(/tab=charts/);
    await page.getByText('No data yet').waitFor();
    await looksRight(page, 'charts-empty');
  });

  it('begin when it runs, and go on by themselves, without a reload', async () => {
    const { page } = portal;
    await change('start');
    const reading = page.getByRole('figure', { name: 'CPU' }).locator('[data-reading]');
    await reading.waitFor();
    const first = await reading.textContent();
    await expect.poll(() => reading.textContent(), { timeout: 20_000 }).not.toBe(first);
  });

  it('show a gap as a gap, and what was at the pointer', async () => {
    const { page } = portal;
    // An hour of samples, but for ten minutes in the middle.
    await cloud.db.$executeRaw`
      INSERT INTO metrics.sample (instance_id, at, cpu_fraction, memory_used_bytes, memory_resident_bytes, disk_read_bytes, disk_write_bytes, disk_read_requests,
        disk_write_requests, network_in_bytes, network_out_bytes)
      SELECT ${instanceId}::uuid, at, 0.4 + 0.3 * sin(n / 9.0), 4e7 + 1e7 * sin(n / 20.0), 9e7, 2e6 + 2e6 * sin(n / 5.0), 1e6 + 1e6 * cos(n / 8.0),
        50 + 40 * sin(n / 5.0), 30 + 30 * cos(n / 8.0), 3e5 + 2e5 * sin(n / 12.0), 1e5 + 9e4 * cos(n / 6.0)
      FROM generate_series(1, 119) AS n, LATERAL (SELECT now() - n * interval '30 seconds' AS at) AS time
      WHERE n NOT BETWEEN 50 AND 70 ON CONFLICT DO NOTHING`;
    await page.reload();
    const figure = page.getByRole('figure', { name: 'CPU' });
    await figure.locator('canvas').waitFor();
    await looksRight(page, 'charts-hour');

    const box = (await figure.locator('.u-over').boundingBox())!;
    // Looked at in one go; a line is drawn in a colour, the grid is nearly grey.
    const [inGap, besideGap] = await figure.locator('canvas').evaluate(
      (canvas: HTMLCanvasElement, { left, width }) => {
        const scale = canvas.width / canvas.clientWidth;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const isColored = (x: number, y: number) => {
          const [red = 0, green = 0, blue = 0, alpha = 0] = data.slice((y * canvas.width + x) * 4, (y * canvas.width + x + 1) * 4);
          return alpha > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60;
        };
        const rows = Array.from({ length: Math.round(canvas.height * 0.75) }, (_, y) => y);
        return [30, 45].map((minutesAgo) => {
          const x = Math.round((left - canvas.getBoundingClientRect().left + (width * (60 - minutesAgo)) / 60) * scale);
          return rows.filter((y) => isColored(x, y)).length;
        });
      },
      { left: box.x, width: box.width },
    );
    expect(inGap, 'in the gap').toBe(0);
    expect(besideGap, 'beside the gap').toBeGreaterThan(0);

    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
    const at = new Date(Date.now() - 45 * 60_000);
    const reading = (await figure.locator('[data-reading]').textContent()) ?? '';
    const shown = /(.*[AP]M)busy ([\d.]+)%/.exec(reading.replaceAll('\u202f', ' '));
    expect(Math.abs(Date.parse(shown?.[1] ?? '') - at.getTime())).toBeLessThan(3 * 60_000);
    expect(Number(shown?.[2])).toBeGreaterThan(9);
    const others = page.getByRole('figure', { name: 'Network' }).locator('[data-reading]');
    expect((await others.textContent())?.replaceAll('\u202f', ' '), 'all charts point at the same time').toContain(shown?.[1]);
  });

  it('show a day, a week and a month, by the address', async () => {
    const { page } = portal;
    const now = new Date();
    await makePartitions(cloud.db, FIVE_MINUTES_TIER, new Date(now.getTime() - 8 * DAY_MS), now);
    await makePartitions(cloud.db, HOUR_TIER, new Date(now.getTime() - 32 * DAY_MS), now);
    await cloud.db.$executeRaw`
      INSERT INTO metrics.five_minutes (instance_id, at, samples, cpu_fraction_avg, cpu_fraction_max, memory_used_bytes_avg, memory_used_bytes_max)
      SELECT ${instanceId}::uuid, at, 10, 0.3 + 0.2 * sin(n / 40.0), 0.5 + 0.3 * sin(n / 40.0), 4e7, 5e7
      FROM generate_series(30, 2010) AS n, LATERAL (SELECT date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes' AS at) AS time
      WHERE n NOT BETWEEN 500 AND 600 ON CONFLICT DO NOTHING`;
    await cloud.db.$executeRaw`
      INSERT INTO metrics.hour (instance_id, at, samples, cpu_fraction_avg, cpu_fraction_max)
      SELECT ${instanceId}::uuid, at, 120, 0.3 + 0.2 * sin(n / 20.0), 0.6 + 0.3 * sin(n / 20.0)
      FROM generate_series(3, 740) AS n, LATERAL (SELECT date_bin('1 hour', now(), 'epoch') - n * interval '1 hour' AS at) AS time ON CONFLICT DO NOTHING`;
    for (const range of ['Day', 'Week', 'Month']) {
      await page.getByRole('button', { name: range, exact: true }).click();
      await page.waitForURL(new RegExp(`range=${range.toLowerCase()}`));
      await page.getByRole('region', { name: 'Charts' }).and(page.locator('[aria-busy=false]')).waitFor();
      await page.getByRole('figure', { name: 'CPU' }).getByText('at most').first().waitFor();
      await looksRight(page, `charts-${range.toLowerCase()}`);
    }
    await page.goBack();
    expect(await page.getByRole('button', { name: 'Week', exact: true }).getAttribute('aria-pressed')).toBe('true');
  });

  it('are there as a table too, and in a summary for those who cannot see them', async () => {
    const { page } = portal;
    await page.goto(`/instances/${instanceId}?tab=charts`);
    const figure = page.getByRole('figure', { name: 'Memory' });
    await figure.waitFor();
    expect(await figure.locator('p.sr-only').textContent()).toMatch(
      /used by the guest: last [\d.]+ [MG]iB, on average [\d.]+ [MG]iB, at most [\d.]+ [MG]iB\./,
    );
    await page.getByRole('button', { name: 'As a table' }).click();
    await page.getByRole('columnheader', { name: 'CPU: busy' }).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(90);
    await looksRight(page, 'charts-table');
  });
});
