import { randomInt } from 'node:crypto';
import type { Db, Tx } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { findInstance } from '@nephos/db/instance.repo';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { open, seal, type KeyRing } from '@nephos/secrets/key-ring';
import type { Request } from '../request.ts';

// Without those that look alike on a console (0 O, 1 l I): 57 characters, so 16 of them are 93 bits.
const LETTERS = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 16;
const NAME = 'password';

/**
 * The password of an instance's administrator. It lies encrypted beside the instance and goes with it. The guest takes it from its
 * router's password service (agent.ts hands it to the router's host); it is in no payload, list or log.
 */
export async function makePassword(tx: Tx, secretKeys: KeyRing, instance: { id: string; accountId: string }): Promise<void> {
  const password = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const ciphertext = Uint8Array.from(seal(secretKeys, Buffer.from(password), instance.id));
  await tx.secret.create({
    data: { id: newId(), accountId: instance.accountId, resourceId: instance.id, name: NAME, keyId: secretKeys.current, ciphertext },
  });
}

/** For the instance's own account alone: an administrator of the cloud has no business inside its guests. That it was read is an event. */
export async function readPassword(db: Db, secretKeys: KeyRing, { actor }: Request, instanceId: string): Promise<string> {
  const instance = await findInstance(db, actor, 'instance.connect', instanceId);
  const secret =
    instance.accountId === actor.accountId
      ? await db.secret.findUnique({ where: { resourceId_name: { resourceId: instanceId, name: NAME } } })
      : null;
  if (!secret)
    throw new DomainError(
      'NOT_FOUND',
      `There is no password of instance ${instance.name} for you. One is made when an instance is deployed with wantsPassword.`,
      { instanceId },
    );
  await noteEvent(db, {
    kind: 'instance.password-read',
    actor,
    accountId: instance.accountId,
    resource: { type: 'instance', id: instanceId },
    message: `The password of instance ${instance.name} was read.`,
  });
  return open(secretKeys, secret.ciphertext, instanceId).toString('utf8');
}
