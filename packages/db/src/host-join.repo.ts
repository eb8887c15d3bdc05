import { systemActor } from '@nephos/authz/actor';
import type { Tx } from './database.ts';
import { noteEvent } from './event.repo.ts';
import type { Host } from './prisma.ts';
import { hashToken, newToken } from './token.ts';

const GOOD_FOR_MS = 24 * 60 * 60 * 1000;

export interface JoinToken {
  token: string;
  expiresAt: Date;
  /** What the host's row keeps of it. */
  kept: { joinTokenHash: string; joinTokenExpiresAt: Date };
}

export function freshJoinToken(): JoinToken {
  const { token, tokenHash } = newToken('join');
  const expiresAt = new Date(Date.now() + GOOD_FOR_MS);
  return { token, expiresAt, kept: { joinTokenHash: tokenHash, joinTokenExpiresAt: expiresAt } };
}

/** The host that a token is for, which is used up with it. Undefined: used, too old, replaced, or none of ours. */
export async function takeJoinToken(tx: Tx, token: string): Promise<Pick<Host, 'id' | 'name'> | undefined> {
  const [host] = await tx.$queryRaw<Pick<Host, 'id' | 'name'>[]>`
    UPDATE host SET join_token_hash = NULL, join_token_expires_at = NULL
    WHERE join_token_hash = ${hashToken(token)} AND join_token_expires_at > now() AND removed_at IS NULL RETURNING id, name`;
  return host;
}

/** From here on the host is whoever holds this certificate, and nobody who held one before. */
export async function noteHostJoined(
  tx: Tx,
  { id, name }: Pick<Host, 'id' | 'name'>,
  joined: { certificateFingerprint: string; agentVersion: string; agentContract: number; agentOldestContract: number },
) {
  await tx.host.update({ where: { id }, data: joined });
  await noteEvent(tx, {
    kind: 'host.joined',
    actor: systemActor('agent'),
    resource: { type: 'host', id },
    message: `A machine joined as host ${name}; a certificate that it had before is not good any more.`,
  });
}

/** The one certificate that is this host's now. */
export async function findHostCertificate(tx: Tx, hostId: string): Promise<string | null> {
  const host = await tx.host.findUnique({ where: { id: hostId }, select: { certificateFingerprint: true } });
  return host?.certificateFingerprint ?? null;
}
