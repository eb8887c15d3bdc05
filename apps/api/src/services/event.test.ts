import type { EventDto } from '@nephos/contracts/event.schema';
import { EVENTS_EXPORTED_MAX } from '@nephos/model/limits';
import { newId } from '@nephos/model/id';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../http-call.arrange.ts';
import { cellOf } from '../http/event-export.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const note = (data: object) => api.db.event.create({ data: { id: newId(), kind: 'test.noted', message: 'noted', ...data } });
const list = async (input: object) => (await call(api.url, api.admin.token, 'event.list', input)).data as { items: EventDto[] };
const exported = (format: string, input: object, token = api.admin.token) =>
  fetch(`${api.url}/api/v1/event.export?${new URLSearchParams({ format, input: JSON.stringify(input) })}`, {
    headers: { authorization: `Bearer ${token}` },
  });

describe('events', () => {
  it('are found by kind, actor, account, resource, time and text, and say names to administrators alone', async () => {
    const [{ actor, token }] = api.tenants;
    const [user, account] = await Promise.all([
      api.db.user.findUniqueOrThrow({ where: { id: actor.userId } }),
      api.db.account.findUniqueOrThrow({ where: { id: actor.accountId } }),
    ]);
    const resourceId = newId();
    await note({
      kind: 'found.here',
      message: 'a needle in it',
      actorUserId: actor.userId,
      accountId: actor.accountId,
      resourceType: 'haystack',
      resourceId,
      createdAt: new Date('2026-01-02T00:00:00Z'),
    });
    await note({ kind: 'found.elsewhere', createdAt: new Date('2026-01-03T00:00:00Z') });
    const only = [{ message: 'a needle in it', accountName: account.name, actorName: user.name }];
    for (const input of [
      { kind: 'found.here' },
      { kind: 'found', actorUserId: actor.userId },
      { kind: 'found', accountId: actor.accountId },
      { resourceType: 'haystack' },
      { resourceId },
      { search: 'NEEDLE' },
      { from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:00Z' },
    ])
      expect((await list(input)).items).toMatchObject(only);
    expect((await list({ kind: 'found' })).items.map(({ kind }) => kind)).toEqual(['found.elsewhere', 'found.here']);
    expect((await call(api.url, token, 'event.list', { kind: 'found' })).data).toMatchObject({ items: [{ accountName: null, actorName: null }] });
  });

  it('are exported as CSV and JSON, all of them in order, those of a tenant to the tenant', async () => {
    const accountId = api.tenants[0].actor.accountId;
    const count = 1_203; // several pages
    await api.db.event.createMany({
      data: Array.from({ length: count }, (_, n) => ({
        id: newId(),
        kind: 'many.noted',
        message: `number ${n}, "quoted"`,
        accountId: n % 2 ? accountId : null,
        createdAt: new Date(Date.UTC(2026, 1, 1, 0, 0, n)),
      })),
    });
    const csv = await exported('csv', { kind: 'many' });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="nephos-events-\d{4}-\d\d-\d\d\.csv"$/);
    const lines = (await csv.text()).trimEnd().split('\r\n');
    expect(lines[0]).toBe('time,kind,message,account,actor,resource type,resource id,operation id,request id');
    expect(lines).toHaveLength(count + 1);
    expect(lines[1]).toContain(`,many.noted,"number ${count - 1}, ""quoted""",`);
    const json = (await (await exported('json', { kind: 'many' })).json()) as EventDto[];
    expect(json.map(({ message }) => message)).toEqual(Array.from({ length: count }, (_, n) => `number ${count - 1 - n}, "quoted"`));
    const own = (await (await exported('json', { kind: 'many' }, api.tenants[0].token)).json()) as EventDto[];
    expect(own).toHaveLength(Math.floor(count / 2));
    expect(await (await exported('json', { kind: 'none of them' })).json()).toEqual([]);
  });

  it('are no formulas to a spreadsheet', () => {
    for (const text of ['=1+1', '+1', '-1', '@x', '\tx', '\rx']) expect(cellOf(text)).toMatch(/^"?'/);
    expect(cellOf('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`);
    expect(cellOf('plain')).toBe('plain');
    expect(cellOf('two\nlines')).toBe('"two\nlines"');
  });

  it('are not exported to nobody, by bad input, or when they are too many', async () => {
    expect((await fetch(`${api.url}/api/v1/event.export?format=csv`)).status).toBe(401);
    for (const [format, input] of [
      ['pdf', {}],
      ['csv', { from: 'yesterday' }],
      ['csv', { accountId: 'x' }],
    ] as const)
      expect([(await exported(format, input)).status]).toEqual([400]);
    expect(
      (await fetch(`${api.url}/api/v1/event.export?format=csv&input=%7B`, { headers: { authorization: `Bearer ${api.admin.token}` } })).status,
    ).toBe(400);
    await api.db.$executeRaw`
      INSERT INTO event (id, kind, message) SELECT gen_random_uuid(), 'flood.noted', 'x' FROM generate_series(1, ${EVENTS_EXPORTED_MAX + 1})`;
    const refused = await exported('csv', { kind: 'flood' });
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'BAD_INPUT', details: { field: 'from' } }]);
  });
});
