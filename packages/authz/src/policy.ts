import type { Role } from './actor.ts';

/**
 * How far a permission reaches: `own` the actor's account, `usable` that and what is public, `any` everything, `none` nothing.
 */
export type Reach = 'none' | 'own' | 'usable' | 'any';

// The one policy table. A permission is `<resource>.<verb>`; a procedure names the one it needs, and lists, lookups and
// single checks all come from here. What a role isn't given, it doesn't have. The root administrator has `any` everywhere.
const USER_POLICY = {
  'account.read': 'own',
  'account.update': 'none',
  'address.read': 'own',
  'api-key.create': 'own',
  'api-key.read': 'own',
  'api-key.revoke': 'own',
  'change.read': 'usable',
  'cluster.create': 'none',
  'cluster.read': 'none',
  'cluster.update': 'none',
  'compute-offering.create': 'none',
  'compute-offering.read': 'any',
  'compute-offering.update': 'none',
  'event.read': 'own',
  'host.create': 'none',
  'doctor.examine': 'none',
  'host.join': 'none',
  'host.read': 'none',
  'host.remove': 'none',
  'host.update': 'none',
  'image-store.create': 'none',
  'image-store.read': 'none',
  'image-store.update': 'none',
  'instance.connect': 'own',
  'instance.console': 'own',
  'instance.deploy': 'own',
  'instance.destroy': 'own',
  'instance.expunge': 'own',
  'instance.read': 'own',
  'instance.reboot': 'own',
  'instance.recover': 'own',
  'instance.start': 'own',
  'instance.stop': 'own',
  'instance.update': 'own',
  'metrics.read': 'none',
  'network.implement': 'none',
  'network.read': 'own',
  'network.shutdown': 'none',
  'network.use': 'own',
  'nic.read': 'own',
  'operation.cancel': 'own',
  'operation.overview': 'none',
  'operation.read': 'own',
  'operation.read-history': 'none',
  'operation.resolve': 'none',
  'operation.retry': 'own',
  'pod.create': 'none',
  'pod.read': 'none',
  'pod.update': 'none',
  'pool.create': 'none',
  'pool.read': 'none',
  'pool.update': 'none',
  'public-address.create': 'none',
  'public-address.read': 'none',
  'router.read': 'own',
  'session.end': 'own',
  'session.read': 'own',
  'ssh-key-pair.create': 'own',
  'ssh-key-pair.delete': 'own',
  'ssh-key-pair.read': 'own',
  'ssh-key-pair.use': 'own',
  'template.create': 'none',
  'template.read': 'usable',
  'template.update': 'none',
  'template.use': 'usable',
  'user.change-password': 'own',
  'user.create': 'none',
  'user.read': 'own',
  'user.update': 'none',
  'volume.read': 'own',
  'zone.create': 'none',
  'zone.read': 'any',
  'zone.update': 'none',
  'zone.use': 'any',
} as const satisfies Record<string, Reach>;

export type Permission = keyof typeof USER_POLICY;
export type Resource = Permission extends `${infer R}.${string}` ? R : never;

export const PERMISSIONS = Object.keys(USER_POLICY).filter(isPermission);

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(USER_POLICY, text);
}

export function reachOf(role: Role, permission: Permission): Reach {
  return role === 'root-admin' ? 'any' : USER_POLICY[permission];
}
