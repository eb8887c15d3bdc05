import { systemActor } from '@nephos/authz/actor';
import { IDEMPOTENCY_KEPT_MS } from '@nephos/model/limits';
import { TRANSITIONAL_INSTANCE_STATES, type InstanceState } from '@nephos/model/instance/state';
import { TRANSITIONAL_NETWORK_STATES } from '@nephos/model/network/state';
import { OPEN_OPERATION_STATES } from '@nephos/model/operation/state';
import type { Tx } from './database.ts';
import { insertOperation } from './operation.repo.ts';

export interface StartableOperation {
  id: string;
  kind: string;
  input: Record<string, unknown>;
}

interface Owned {
  id: string;
  name: string;
  accountId: string;
}

const AT_ONCE = 100;
/** A request starts its own operation at once; one that is older was left by a process that died, or by Temporal being away. */
const PENDING_FOR = '5 seconds';
const RECONCILER = systemActor('reconciler');
const open = [...OPEN_OPERATION_STATES];

export async function listPending(tx: Tx): Promise<StartableOperation[]> {
  return tx.$queryRaw`
    SELECT id, kind, input FROM operation WHERE state = 'pending' AND created_at < now() - ${PENDING_FOR}::interval ORDER BY created_at LIMIT ${AT_ONCE}`;
}

/** Operations whose cancel was asked for; it may not have reached their workflow. Passing it on again changes nothing. */
export async function listCancelRequested(tx: Tx): Promise<{ id: string; kind: string }[]> {
  return tx.operation.findMany({
    where: { state: 'running', isCancelRequested: true, isPastNoReturn: false },
    select: { id: true, kind: true },
    take: AT_ONCE,
  });
}

/** Rows in a transitional state that no open operation owns get one that settles them; so nothing stays there for ever. */
export async function settleOrphans(tx: Tx): Promise<StartableOperation[]> {
  const instances = await tx.$queryRaw<Owned[]>`
    SELECT instance.id, instance.name, instance.account_id AS "accountId" FROM instance LEFT JOIN operation ON operation.id = instance.operation_id
    WHERE instance.state = ANY (${[...TRANSITIONAL_INSTANCE_STATES]}) AND (operation.id IS NULL OR NOT operation.state = ANY (${open}))
    LIMIT ${AT_ONCE} FOR UPDATE OF instance SKIP LOCKED`;
  const networks = await tx.$queryRaw<Owned[]>`
    SELECT network.id, network.name, network.account_id AS "accountId" FROM network LEFT JOIN operation ON operation.id = network.operation_id
    WHERE network.state = ANY (${[...TRANSITIONAL_NETWORK_STATES]}) AND (operation.id IS NULL OR NOT operation.state = ANY (${open}))
    LIMIT ${AT_ONCE} FOR UPDATE OF network SKIP LOCKED`;
  const begun = await beginFor(tx, instances, 'instance.settle');
  for (const { id, name, accountId } of networks) {
    const operation = await insertOperation(tx, {
      kind: 'network.shutdown',
      actor: RECONCILER,
      accountId,
      resource: { type: 'network', id, name },
      input: { networkId: id },
    });
    await tx.network.update({ where: { id }, data: { operationId: operation.id, state: 'shutting-down' } });
    begun.push({ id: operation.id, kind: operation.kind, input: { networkId: id } });
  }
  return begun;
}

/** Destroyed instances whose time to be recovered is over. */
export async function expungeDue(tx: Tx): Promise<StartableOperation[]> {
  const due = await tx.$queryRaw<Owned[]>`
    SELECT id, name, account_id AS "accountId" FROM instance WHERE state = 'destroyed' AND expunge_after < now() LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`;
  return beginFor(tx, due, 'instance.expunge', 'expunging');
}

/** Instances that stopped by themselves still have a claim on their host. It goes back, so that others may have the room. */
export async function releaseStopped(tx: Tx): Promise<StartableOperation[]> {
  const stopped = await tx.$queryRaw<Owned[]>`
    SELECT instance.id, instance.name, instance.account_id AS "accountId" FROM instance JOIN host_allocation ON host_allocation.resource_id = instance.id
    JOIN host ON host.id = host_allocation.host_id AND host.state = 'connected'
    WHERE instance.state = 'stopped' LIMIT ${AT_ONCE} FOR UPDATE OF instance SKIP LOCKED`;
  return beginFor(tx, stopped, 'instance.settle', 'stopping');
}

/** Rows that have had their time: read changes, remembered requests, ended sessions, used tickets. */
export async function deleteOld(tx: Tx): Promise<void> {
  await tx.change.deleteMany({ where: { createdAt: { lt: new Date(Date.now() - 24 * 60 * 60 * 1000) } } });
  await tx.idempotencyKey.deleteMany({ where: { createdAt: { lt: new Date(Date.now() - IDEMPOTENCY_KEPT_MS) } } });
  await tx.session.deleteMany({ where: { expiresAt: { lt: new Date() } } });
}

async function beginFor(
  tx: Tx,
  instances: readonly Owned[],
  kind: 'instance.settle' | 'instance.expunge',
  state?: InstanceState,
): Promise<StartableOperation[]> {
  const begun: StartableOperation[] = [];
  for (const { id, name, accountId } of instances) {
    const operation = await insertOperation(tx, {
      kind,
      actor: RECONCILER,
      accountId,
      resource: { type: 'instance', id, name },
      input: { instanceId: id },
    });
    await tx.instance.update({ where: { id }, data: { operationId: operation.id, ...(state && { state }) } });
    begun.push({ id: operation.id, kind, input: { instanceId: id } });
  }
  return begun;
}
