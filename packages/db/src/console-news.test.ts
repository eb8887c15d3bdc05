import { newId } from '@nephos/model/id';
import { createTestDatabase, type TestDatabase } from '@nephos/testing/database';
import { makeAccount, makeUser } from '@nephos/testing/factories';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

let database: TestDatabase;
let listener: pg.Client;
const heard: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  listener.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await listener.query('LISTEN console');
});
afterAll(async () => {
  await listener?.end();
  await database?.close();
});

it('whoever holds a console open is told when its session, key, user or account may be over, and of nothing else', async () => {
  const { db } = database;
  const account = await makeAccount(db);
  const { userId } = await makeUser(db, account);
  const expiresAt = new Date(Date.now() + 60_000);
  const session = await db.session.create({ data: { id: newId(), userId, tokenHash: newId(), expiresAt } });
  const key = await db.apiKey.create({ data: { id: newId(), userId, accountId: account.id, name: 'k', tokenHash: newId() } });
  const ask = (data: { sessionId: string } | { apiKeyId: string }) =>
    db.console.create({ data: { id: newId(), userId, instanceId: newId(), kind: 'serial', tokenHash: newId(), expiresAt, ...data } });
  const [ofSession, ofKey] = [await ask({ sessionId: session.id }), await ask({ apiKeyId: key.id })];
  /** What was said by now: notifications come in the order of commits, and before the answer to a later question. */
  const news = async () => {
    await listener.query('SELECT 1');
    return heard.splice(0);
  };

  await db.session.update({ where: { id: session.id }, data: { lastUsedAt: new Date() } });
  await db.user.update({ where: { id: userId }, data: { displayName: 'somebody' } });
  expect(await news()).toEqual([]);
  await db.session.delete({ where: { id: session.id } });
  expect(await news()).toEqual([ofSession.id]);
  await db.apiKey.update({ where: { id: key.id }, data: { revokedAt: new Date() } });
  expect(await news()).toEqual(['']);
  await db.user.update({ where: { id: userId }, data: { isEnabled: false } });
  await db.account.update({ where: { id: account.id }, data: { isEnabled: false } });
  expect(await news()).toEqual(['', '']);
  expect(await db.console.findMany({ select: { id: true } })).toEqual([{ id: ofKey.id }]);
});
