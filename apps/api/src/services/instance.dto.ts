import { mayAtAll } from '@nephos/authz/ability';
import type { Actor } from '@nephos/authz/actor';
import type { InstanceDto } from '@nephos/contracts/instance.schema';
import { tagsSchema } from '@nephos/contracts/list.schema';
import { stateOfInstance } from '@nephos/db/instance.repo';
import type { Prisma } from '@nephos/db/prisma';
import { instanceCan, type InstanceVerb } from '@nephos/model/instance/state';

/** What a row of the list needs, in one query. */
export const instanceInclude = {
  template: { select: { id: true, name: true } },
  computeOffering: { select: { id: true, name: true } },
  volumes: { where: { removedAt: null }, select: { id: true, name: true, kind: true, sizeBytes: true }, orderBy: { id: 'asc' } },
  nics: {
    where: { removedAt: null },
    select: { id: true, networkId: true, macAddress: true, network: { select: { name: true } }, addresses: { select: { ip: true } } },
    orderBy: { deviceIndex: 'asc' },
  },
} as const satisfies Prisma.InstanceInclude;

export type InstanceRow = Prisma.InstanceGetPayload<{ include: typeof instanceInclude }>;

export function toInstanceDto(row: InstanceRow, actor: Actor): InstanceDto {
  const state = stateOfInstance(row);
  const can = (verb: InstanceVerb) => instanceCan(verb, state) && mayAtAll(actor, `instance.${verb}`);
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    state,
    stateReason: row.stateReason,
    accountId: row.accountId,
    zoneId: row.zoneId,
    template: row.template,
    computeOffering: row.computeOffering,
    cpuCount: row.cpuCount,
    cpuMhz: row.cpuMhz,
    memoryMib: row.memoryMib,
    hasPassword: row.hasPassword && actor.kind === 'user' && row.accountId === actor.accountId,
    nics: row.nics.map(({ network, addresses, ...nic }) => ({ ...nic, networkName: network.name, ip: addresses[0]?.ip ?? null })),
    volumes: row.volumes.map((volume) => ({ ...volume, sizeBytes: Number(volume.sizeBytes) })),
    operationId: row.operationId,
    createdAt: row.createdAt.toISOString(),
    destroyedAt: row.destroyedAt?.toISOString() ?? null,
    expungeAfter: row.expungeAfter?.toISOString() ?? null,
    tags: tagsSchema.parse(row.tags),
    can: { start: can('start'), stop: can('stop'), reboot: can('reboot'), destroy: can('destroy'), recover: can('recover'), expunge: can('expunge') },
  };
}
