export type Role = 'root-admin' | 'user';

/** Who asks. The system itself acts under a name (`record`, `reconciler`, `agent`), so that the audit trail can say so. */
export type Actor =
  | { kind: 'user'; userId: string; accountId: string; domainId: string; role: Role; requestId?: string }
  | { kind: 'system'; name: string; requestId?: string };

export function systemActor(name: string): Actor {
  return { kind: 'system', name };
}

export function userIdOf(actor: Actor): string | null {
  return actor.kind === 'user' ? actor.userId : null;
}
