import type { Db } from '@nephos/db/database';
import { newToken } from '@nephos/db/token';
import { newId } from '@nephos/model/id';

/** A user of an account of its own, with an API key, whose limits do not matter. For clouds that are thrown away: it goes past the API. */
export async function addTenant(db: Db, name: string): Promise<{ token: string; accountId: string; domainId: string }> {
  const domain = await db.domain.findUniqueOrThrow({ where: { path: '/' } });
  const limits = { maxInstances: 100_000, maxVcpus: 1_000_000, maxMemoryMib: 1_000_000_000 };
  const account = await db.account.create({ data: { id: newId(), domainId: domain.id, name, ...limits } });
  const user = await db.user.create({ data: { id: newId(), accountId: account.id, name, role: 'user' } });
  const { token, tokenHash } = newToken('key');
  await db.apiKey.create({ data: { id: newId(), userId: user.id, accountId: account.id, name: 'tools', tokenHash } });
  return { token, accountId: account.id, domainId: domain.id };
}
