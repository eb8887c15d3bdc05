import type { Actor } from '@nephos/authz/actor';
import { rowsFor } from '@nephos/authz/ability';
import { DomainError } from '@nephos/model/errors';
import { instanceStates, type InstanceState } from '@nephos/model/instance/state';
import type { Tx } from './database.ts';
import { columnsOf } from './locked-row.ts';
import { Prisma, type Instance } from './prisma.ts';

type InstancePermission = `instance.${'read' | 'start' | 'stop' | 'reboot' | 'destroy' | 'recover' | 'expunge' | 'update' | 'connect' | 'console'}`;

/** The instance, if the actor may do this with it; NOT_FOUND otherwise. */
export async function findInstance(tx: Tx, actor: Actor, permission: InstancePermission, id: string): Promise<Instance> {
  const instance = await tx.instance.findFirst({ where: { AND: [{ id, removedAt: null }, rowsFor(actor, permission)] } });
  if (!instance) throw notFound(id);
  return instance;
}

/** Locks the row until the transaction ends: first lock, then decide. */
export async function lockInstance(tx: Tx, id: string): Promise<Instance> {
  const [instance] = await tx.$queryRaw<
    Instance[]
  >`SELECT ${columnsOf(Prisma.InstanceScalarFieldEnum)} FROM instance WHERE id = ${id}::uuid FOR UPDATE`;
  if (!instance) throw notFound(id);
  return instance;
}

/** Moves an instance to `to`, and locks its row. Asking again for the state it is already in is a success, so retries are safe. */
export async function lockAndMoveInstance(
  tx: Tx,
  id: string,
  to: InstanceState,
  data: Prisma.InstanceUncheckedUpdateManyInput = {},
): Promise<Instance> {
  const [moved] = await tx.instance.updateManyAndReturn({ where: { id, state: { in: instanceStates.before(to) } }, data: { state: to, ...data } });
  if (moved) return moved;
  const instance = await lockInstance(tx, id);
  if (instance.state === to) return instance;
  instanceStates.assertCanMove(stateOfInstance(instance), to);
  return tx.instance.update({ where: { id }, data: { state: to, ...data } });
}

/** The same for the operation that owns the instance. One that owns it no more has moved it before; then nothing is done. */
export async function lockAndMoveOwned(
  tx: Tx,
  id: string,
  operationId: string,
  to: InstanceState,
  data: Prisma.InstanceUncheckedUpdateManyInput,
): Promise<void> {
  const { count } = await tx.instance.updateMany({
    where: { id, operationId, state: { in: instanceStates.before(to) } },
    data: { state: to, ...data },
  });
  if (count === 1) return;
  const instance = await lockInstance(tx, id);
  if (instance.operationId !== operationId) return;
  if (instance.state !== to) instanceStates.assertCanMove(stateOfInstance(instance), to);
  await tx.instance.update({ where: { id }, data: { state: to, ...data } });
}

export function stateOfInstance(instance: { id: string; state: string }): InstanceState {
  if (instanceStates.is(instance.state)) return instance.state;
  throw new DomainError('UNEXPECTED', `Instance ${instance.id} has the unknown state ${instance.state}.`);
}

function notFound(id: string): DomainError {
  return new DomainError('NOT_FOUND', `There is no instance ${id}.`, { instanceId: id });
}
