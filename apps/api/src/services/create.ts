import type { Db, Tx } from '@nephos/db/database';
import { isUniqueViolation } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import type { Prisma } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import { once, type Request } from '../request.ts';

/** Makes a row, once; says in words when its name is taken, and notes who made it. */
export async function create<T extends Prisma.InputJsonObject & { id?: string; accountId?: string }>(
  db: Db,
  request: Request,
  noun: string,
  name: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  try {
    return await once(db, request, async (tx) => {
      const made = await work(tx);
      await noteEvent(tx, {
        kind: `${noun}.created`,
        actor: request.actor,
        accountId: made.accountId ?? null,
        message: `The ${noun.replaceAll('-', ' ')} ${name} was made.`,
        ...(made.id && { resource: { type: noun, id: made.id } }),
      });
      return made;
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new DomainError('NAME_TAKEN', `There is a ${noun.replaceAll('-', ' ')} called ${name} already.`, { field: 'name', name });
    throw error;
  }
}

/** Changes a row, once; says in words when its new name is taken, and notes who changed it. */
export async function change<T extends Prisma.InputJsonObject & { id: string; name: string; accountId?: string }>(
  db: Db,
  request: Request,
  noun: string,
  work: (tx: Tx) => Promise<{ changed: T; message: string; /** Whose audit trail tells it. */ accountId?: string }>,
): Promise<T> {
  try {
    return await once(db, request, async (tx) => {
      const { changed, message, accountId } = await work(tx);
      await noteEvent(tx, {
        kind: `${noun}.updated`,
        actor: request.actor,
        accountId: accountId ?? changed.accountId ?? null,
        resource: { type: noun, id: changed.id },
        message,
      });
      return changed;
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new DomainError('NAME_TAKEN', `There is another ${noun.replaceAll('-', ' ')} of this name already.`, { field: 'name' });
    throw error;
  }
}

/** What was changed, as the audit trail says it. */
export function tellChange(thing: string, changes: object): string {
  return `${thing} was changed: ${Object.entries(changes)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ')}.`;
}

/** `field` is that of the input which names it. */
export function notFound(noun: string, id: string, field?: string): DomainError {
  return new DomainError('NOT_FOUND', `There is no ${noun} ${id}.`, { id, ...(field && { field }) });
}

/** Of one thing that was described as a list. */
export function only<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('one thing was described as none');
  return first;
}
