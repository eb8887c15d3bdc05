import { mayAtAll, seesAll } from '@nephos/authz/ability';
import type { Actor } from '@nephos/authz/actor';
import type { InstanceDto } from '@nephos/contracts/instance.schema';
import { tagsSchema } from '@nephos/contracts/list.schema';
import { stateOfInstance } from '@nephos/db/instance.repo';
import type { Tx } from '@nephos/db/database';
import { findNames } from '@nephos/db/name.repo';
import type { Prisma } from '@nephos/db/prisma';
import { instanceCan, type InstanceVerb } from '@nephos/model/instance/state';
import { only } from './create.ts';

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

/** Administrators are also told whose they are and where they run: one more query. */
export async function describeInstances(tx: Tx, rows: readonly InstanceRow[], actor: Actor): Promise<InstanceDto[]> {
  const names = await findNames(tx, {
    account: seesAll(actor, 'instance.read') ? rows.map(({ accountId }) => accountId) : [],
    host: mayAtAll(actor, 'host.read') ? rows.map(({ hostId }) => hostId) : [],
  });
  return rows.map((row) => toInstanceDto(row, actor, names));
}

export const describeInstance = async (tx: Tx, row: InstanceRow, actor: Actor): Promise<InstanceDto> =>
  only(await describeInstances(tx, [row], actor));

function toInstanceDto(row: InstanceRow, actor: Actor, names: ReadonlyMap<string, string>): InstanceDto {
  const state = stateOfInstance(row);
  const hostName = names.get(row.hostId ?? '');
  const can = (verb: InstanceVerb) => instanceCan(verb, state) && mayAtAll(actor, `instance.${verb}`);
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    state,
    stateReason: row.stateReason,
    accountId: row.accountId,
    accountName: names.get(row.accountId) ?? null,
    zoneId: row.zoneId,
    host: hostName !== undefined && row.hostId ? { id: row.hostId, name: hostName } : null,
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
