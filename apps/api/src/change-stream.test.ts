import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@nephos/model/id';
import { createTestApi, type TestApi, type TestCaller } from '@nephos/testing/test-api';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Seen {
  id: string;
  resourceId: string;
}

let api: TestApi;
let pool: pg.Pool;
beforeAll(async () => {
  api = await createTestApi();
  pool = new pg.Pool({ connectionString: api.databaseUrl, max: 40 });
});
afterAll(async () => {
  await pool.end();
  await api.close();
});

describe('the change stream', () => {
  it('loses and doubles nothing over broken connections, however late transactions commit, and shows no tenant another’s', async () => {
    const stop = new AbortController();
    const readers = api.tenants.map((tenant) => readBreaking(tenant, stop.signal));
    await Promise.all(readers.map(({ isOpen }) => isOpen));

    const written = { [api.tenants[0].actor.accountId]: [] as string[], [api.tenants[1].actor.accountId]: [] as string[] };
    const transactions = Array.from({ length: 200 }, async (_, n) => {
      const { accountId } = api.tenants[n % 2]!.actor;
      const keys = await commitLate(accountId);
      written[accountId]!.push(...keys);
    });
    await Promise.all(transactions);
    const last = await Promise.all(api.tenants.map(async (tenant) => (await commitLate(tenant.actor.accountId, 1))[0]!));
    await Promise.all(readers.map(({ until }, at) => until(last[at]!)));
    stop.abort();

    for (const [at, { seen, breaks }] of readers.entries()) {
      const { accountId } = api.tenants[at]!.actor;
      expect(
        seen
          .map(({ resourceId }) => resourceId)
          .filter((id) => id !== last[at])
          .toSorted(),
      ).toEqual(written[accountId]!.toSorted());
      expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
      expect(breaks()).toBeGreaterThan(10);
    }
  });

  it('tells what everybody may know, and hosts to administrators alone', async () => {
    const stop = new AbortController();
    const tenant = readBreaking(api.tenants[0], stop.signal);
    const admin = readBreaking(api.admin, stop.signal);
    await Promise.all([tenant.isOpen, admin.isOpen]);
    await api.db.host.update({ where: { id: api.hosts[0]!.id }, data: { isEnabled: false } });
    await api.db.computeOffering.update({ where: { id: api.offering.id }, data: { description: 'x' } });
    await Promise.all([tenant.until(api.offering.id), admin.until(api.offering.id)]);
    stop.abort();
    expect(tenant.seen.map(({ resourceId }) => resourceId)).not.toContain(api.hosts[0]!.id);
    expect(admin.seen.map(({ resourceId }) => resourceId)).toContain(api.hosts[0]!.id);
  });

  it('asks those who lose it to come back within a second, not all at once', async () => {
    const waits = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const response = await fetch(`${api.url}/events`, { headers: { authorization: `Bearer ${api.admin.token}` } });
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        let text = '';
        while (!text.includes('event: connected')) text += (await reader.read()).value ?? '';
        await reader.cancel();
        return Number(/^retry: (\d+)$/m.exec(text)?.[1]);
      }),
    );
    for (const wait of waits) expect(wait).toBeLessThan(1_000);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it('refuses a cursor that is none', async () => {
    for (const lastEventId of ['x', '9'.repeat(19) + '.1', '-1.2']) {
      const response = await fetch(`${api.url}/events`, { headers: { authorization: `Bearer ${api.admin.token}`, 'last-event-id': lastEventId } });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('serialized-error')) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
      }
      await reader.cancel();
      expect(text).toContain('"code":"BAD_INPUT"');
    }
  });
});

/** A transaction that writes some rows at once and commits after others that began later. Answers their ids. */
async function commitLate(accountId: string, rows = 1 + Math.floor(Math.random() * 3)): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const ids = Array.from({ length: rows }, () => newId());
    for (const id of ids) {
      await client.query(`INSERT INTO ssh_key_pair (id, account_id, name, public_key, fingerprint) VALUES ($1, $2, $3, '', '')`, [id, accountId, id]);
      await sleep(Math.random() * 15);
    }
    await sleep(Math.random() * 40);
    await client.query('COMMIT');
    return ids;
  } finally {
    client.release();
  }
}

/** Reads `/events` as any EventSource would, and breaks its own connection after every few events. */
function readBreaking({ token }: TestCaller, signal: AbortSignal) {
  const seen: Seen[] = [];
  const opened = Promise.withResolvers<void>();
  const waiting = new Map<string, () => void>();
  let breaks = 0;
  let lastEventId: string | undefined;

  async function readOnce(): Promise<void> {
    const connection = new AbortController();
    const response = await fetch(`${api.url}/events`, {
      headers: { authorization: `Bearer ${token}`, ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: AbortSignal.any([signal, connection.signal]),
    });
    let left = 1 + Math.floor(Math.random() * 8);
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        if (event.includes('event: connected')) opened.resolve();
        const id = /^id: (.+)$/m.exec(event)?.[1];
        const data = /^data: (.+)$/m.exec(event)?.[1];
        if (!id || !data || left === 0) continue; // what comes after the break is not seen
        lastEventId = id;
        const { resourceId } = JSON.parse(data) as { resourceId: string };
        seen.push({ id, resourceId });
        waiting.get(resourceId)?.();
        if (--left === 0) {
          breaks++;
          connection.abort();
        }
      }
    }
  }
  void (async () => {
    while (!signal.aborted) await readOnce().catch(() => undefined);
  })();
  return {
    seen,
    breaks: () => breaks,
    isOpen: opened.promise,
    until: (resourceId: string) =>
      new Promise<void>((resolve) => {
        waiting.set(resourceId, resolve);
        if (seen.some((one) => one.resourceId === resourceId)) resolve();
      }),
  };
}
