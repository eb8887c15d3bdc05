import { DomainError } from '@nephos/model/errors';
import { OPEN_OPERATION_STATES } from '@nephos/model/operation/state';
import type { Tx } from './database.ts';
import type { Host } from './prisma.ts';

const NAMED = 5;

/**
 * Takes a host and its pools out of the cloud. Its row is locked first: a claim that came before is seen here, and one that comes after
 * finds a host that is disabled, and loses. Without a certificate and a token nobody is this host any more, and its open connections end
 * (host-connections.ts). Throws IN_USE, naming what is claimed there, and NOT_FOUND when somebody else has removed it meanwhile.
 */
export async function removeHost(tx: Tx, { id, name }: Pick<Host, 'id' | 'name'>): Promise<void> {
  const locked = await tx.$queryRaw<unknown[]>`SELECT 1 FROM host WHERE id = ${id}::uuid AND removed_at IS NULL FOR UPDATE`;
  if (locked.length === 0) throw new DomainError('NOT_FOUND', `Host ${name} was removed already.`, { id });
  await tx.$queryRaw`SELECT 1 FROM pool WHERE host_id = ${id}::uuid FOR UPDATE`;
  const users = await listUsers(tx, id);
  if (users.length > 0) throw new DomainError('IN_USE', `Host ${name} is in use: ${tell(users)}. ${HELP}`, { id, count: users.length });
  const removedAt = new Date();
  await tx.pool.updateMany({ where: { hostId: id, removedAt: null }, data: { isEnabled: false, removedAt } });
  await tx.host.update({
    where: { id },
    data: { removedAt, isEnabled: false, state: 'disconnected', certificateFingerprint: null, joinTokenHash: null, joinTokenExpiresAt: null },
  });
}

/** Keeps a host from being removed until the transaction ends. False when it was. */
export async function keepHost(tx: Tx, id: string): Promise<boolean> {
  const kept = await tx.$queryRaw<unknown[]>`SELECT 1 FROM host WHERE id = ${id}::uuid AND removed_at IS NULL FOR KEY SHARE`;
  return kept.length > 0;
}

const HELP =
  'Disable it, so that nothing new is placed there. Stop its instances and start them, or expunge those that have their disk there; a router leaves with its network; end or resolve its open operations.';

interface User {
  kind: 'instance' | 'router' | 'disk' | 'operation';
  name: string;
}

/** Whatever is claimed on a host or done there now, each once. */
function listUsers(tx: Tx, hostId: string): Promise<User[]> {
  return tx.$queryRaw<User[]>`
    SELECT CASE WHEN router.id IS NULL THEN 'instance' ELSE 'router' END AS kind,
      coalesce(instance.name, router.name, host_allocation.resource_id::text) AS name
    FROM host_allocation LEFT JOIN instance ON instance.id = host_allocation.resource_id LEFT JOIN router ON router.id = host_allocation.resource_id
    WHERE host_allocation.host_id = ${hostId}::uuid
    UNION SELECT 'disk', coalesce('of ' || instance.name, volume.name)
    FROM volume JOIN pool ON pool.id = volume.pool_id LEFT JOIN instance ON instance.id = volume.instance_id
    WHERE pool.host_id = ${hostId}::uuid
      AND NOT EXISTS (SELECT 1 FROM host_allocation WHERE host_allocation.resource_id = volume.instance_id AND host_allocation.host_id = ${hostId}::uuid)
    UNION SELECT 'operation', operation.kind || ' of ' || operation.resource_name
    FROM step_attempt JOIN operation ON operation.id = step_attempt.operation_id
    WHERE step_attempt.host_id = ${hostId}::uuid AND step_attempt.state = 'running' AND operation.state = ANY (${[...OPEN_OPERATION_STATES]})
    ORDER BY kind, name`;
}

function tell(users: readonly User[]): string {
  const named = users.slice(0, NAMED).map(({ kind, name }) => `${kind} ${name}`);
  return `${named.join(', ')}${users.length > NAMED ? ` and ${users.length - NAMED} more` : ''}`;
}
