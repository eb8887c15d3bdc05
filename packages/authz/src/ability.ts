import type { Ability } from '@casl/ability';
import { accessibleBy, createPrismaAbility, type PrismaQueryOf, type WhereInputOf } from '@casl/prisma/runtime';
import { DomainError } from '@nephos/model/errors';
import type { Prisma } from '@nephos/db/prisma';
import type { Actor } from './actor.ts';
import { isPermission, PERMISSIONS, reachOf, type Permission, type Reach, type Resource } from './policy.ts';

/** The rows that each resource of the policy is. */
export const MODEL_OF = {
  account: 'Account',
  address: 'Address',
  'api-key': 'ApiKey',
  change: 'Change',
  cluster: 'Cluster',
  'compute-offering': 'ComputeOffering',
  doctor: 'Host', // there are no rows of it; only whether a role may
  event: 'Event',
  host: 'Host',
  'image-store': 'ImageStore',
  instance: 'Instance',
  metrics: 'Host', // nor of it
  network: 'Network',
  nic: 'Nic',
  operation: 'Operation',
  pod: 'Pod',
  pool: 'Pool',
  'public-address': 'Address',
  router: 'Router',
  session: 'Session',
  'ssh-key-pair': 'SshKeyPair',
  template: 'Template',
  user: 'User',
  volume: 'Volume',
  zone: 'Zone',
} as const satisfies Record<Resource, Prisma.ModelName>;

const RESOURCES = Object.keys(MODEL_OF).filter((name): name is Resource => Object.hasOwn(MODEL_OF, name));

type ModelOf<P extends Permission> = P extends `${infer R extends Resource}.${string}` ? (typeof MODEL_OF)[R] : never;
export type WhereOf<P extends Permission> = WhereInputOf<Prisma.TypeMap, ModelOf<P>>;
type AppAbility = Ability<[string, Prisma.ModelName], PrismaQueryOf<Prisma.TypeMap>>;
type User = Extract<Actor, { kind: 'user' }>;

/**
 * The rows on which `actor` may do `permission`, as a condition that goes into the query itself: lists and lookups
 * can't disagree, and a row that is not the caller's is not found rather than forbidden.
 * Throws FORBIDDEN when the actor's role has no such permission at all.
 */
export function rowsFor<P extends Permission>(actor: Actor, permission: P): WhereOf<P> {
  if (actor.kind === 'system') return {};
  if (!mayAtAll(actor, permission)) {
    throw new DomainError('FORBIDDEN', `Your role (${actor.role}) does not include ${permission}.`, { permission });
  }
  const { model, verb } = split(permission);
  return accessibleBy(abilityOf(actor), verb).ofType(model);
}

/** Whether the actor's role has the permission for any row; for what has no row yet, like creating a zone. */
export function mayAtAll(actor: Actor, permission: Permission): boolean {
  return actor.kind === 'system' || reachOf(actor.role, permission) !== 'none';
}

/** Whether the actor's role reaches every row, those of all accounts: then it is also told whose they are. */
export function seesAll(actor: Actor, permission: Permission): boolean {
  return actor.kind === 'system' || reachOf(actor.role, permission) === 'any';
}

export function assertMay(actor: Actor, permission: Permission): void {
  if (mayAtAll(actor, permission)) return;
  throw new DomainError('FORBIDDEN', `Your role does not include ${permission}.`, { permission });
}

function split<P extends Permission>(permission: P) {
  const [name = '', verb = ''] = permission.split('.');
  const resource = RESOURCES.find((one) => one === name);
  if (!resource) throw new DomainError('UNEXPECTED', `There is no resource ${name}.`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript can't follow a permission's name to its model; MODEL_OF is total, so it is this one
  return { resource, verb, model: MODEL_OF[resource] as ModelOf<P> };
}

const abilities = new WeakMap<User, AppAbility>();

/** The policy table as CASL rules, for one user; made once per request, since each request has its own actor. */
function abilityOf(actor: User): AppAbility {
  const known = abilities.get(actor);
  if (known) return known;
  const rules = PERMISSIONS.filter(isPermission).flatMap((permission) => {
    const { resource, verb, model } = split(permission);
    const reach = reachOf(actor.role, permission);
    return reach === 'none' ? [] : [{ action: verb, subject: model, conditions: conditionFor(actor, resource, reach) }];
  });
  const ability = createPrismaAbility<AppAbility>(rules);
  abilities.set(actor, ability);
  return ability;
}

function conditionFor(actor: User, resource: Resource, reach: Exclude<Reach, 'none'>): Record<string, unknown> {
  if (reach === 'any') return {};
  const own = ownRows(actor, resource);
  if (reach === 'own') return own;
  return { OR: [own, resource === 'template' ? { isPublic: true } : { accountId: null }] };
}

function ownRows(actor: User, resource: Resource): Record<string, unknown> {
  if (resource === 'account') return { id: actor.accountId };
  return resource === 'api-key' || resource === 'session' ? { userId: actor.userId } : { accountId: actor.accountId };
}
