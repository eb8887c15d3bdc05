import { newId } from '@nephos/model/id';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { INSTANCE_SORTS } from '@nephos/contracts/instance.schema';
import { SORT_DIRECTIONS } from '@nephos/contracts/list.schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './http-call.arrange.ts';

const STATES = ['running', 'stopped', 'destroyed'];
const TIMES = Array.from({ length: 20 }, (_, n) => new Date(Date.UTC(2026, 0, 1, 0, 0, 0, n))); // many at the same millisecond
const COUNT = 300;

let api: TestApi;
let originals: string[];
beforeAll(async () => {
  api = await createTestApi();
  originals = await insert(COUNT, (n) => `vm-${(n * 7919) % COUNT}`);
});
afterAll(() => api.close());

async function insert(count: number, nameOf: (n: number) => string): Promise<string[]> {
  const { accountId, domainId } = api.tenants[0].actor;
  const ids = Array.from({ length: count }, () => newId());
  await api.db.instance.createMany({
    data: ids.map((id, n) => ({
      id,
      accountId,
      domainId,
      zoneId: api.zone.id,
      name: nameOf(n),
      state: STATES[n % STATES.length]!,
      templateId: api.template.id,
      computeOfferingId: api.offering.id,
      cpuCount: 1,
      cpuMhz: 500,
      memoryMib: 128,
      createdAt: TIMES[n % TIMES.length]!,
    })),
  });
  return ids;
}

interface Page {
  items: { id: string; name: string; state: string; createdAt: string }[];
  nextCursor: string | null;
}

async function pages(
  input: { limit: number; sort: string; direction: string },
  between: () => Promise<unknown> = async () => undefined,
): Promise<Page['items']> {
  const items: Page['items'] = [];
  for (let cursor: string | undefined; ;) {
    const { data, code } = await call(api.url, api.tenants[0].token, 'instance.list', { ...input, ...(cursor && { cursor }) });
    expect(code).toBeUndefined();
    const page = data as Page;
    expect(page.items.length).toBeLessThanOrEqual(input.limit);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    expect(page.items).toHaveLength(input.limit); // only the last page is short
    cursor = page.nextCursor;
    await between();
  }
}

const orders = INSTANCE_SORTS.flatMap((sort) => SORT_DIRECTIONS.map((direction) => [sort, direction] as const));

describe('pages of a list', () => {
  it.each(orders)('by %s %s have every row once and in order, for every page size', async (sort, direction) => {
    const whole = await pages({ limit: 500, sort, direction });
    expect(whole).toHaveLength(COUNT);
    const keys = whole.map((row) => row[sort]);
    const step = direction === 'asc' ? 1 : -1;
    if (sort === 'createdAt') expect(keys).toEqual(keys.toSorted((a, b) => step * (a < b ? -1 : Number(a > b))));
    for (const limit of [7, 50, 99, 100, 149, 150, 151, 299, 300, 301])
      expect((await pages({ limit, sort, direction })).map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
  });

  it('of one row each have every row once', async () => {
    const ids = (await pages({ limit: 1, sort: 'createdAt', direction: 'desc' })).map(({ id }) => id);
    expect(ids).toHaveLength(COUNT);
    expect(new Set(ids).size).toBe(COUNT);
  });

  it.each(orders)('by %s %s miss and double nothing that was there, while rows are added and removed in between', async (sort, direction) => {
    const added: string[] = [];
    let n = 0;
    const ids = (
      await pages({ limit: 23, sort, direction }, async () => {
        added.push(...(await insert(3, () => `vm-${Math.floor(Math.random() * COUNT)}-${newId().slice(-6)}-${n++}`)));
        await api.db.instance.delete({ where: { id: added.shift()! } });
      })
    ).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const seen = new Set(ids);
    expect(originals.filter((id) => !seen.has(id))).toEqual([]);
    await api.db.instance.deleteMany({ where: { id: { in: added } } });
  });
});
