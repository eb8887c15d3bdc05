import { newId } from '@nephos/model/id';
import { DomainError } from '@nephos/model/errors';
import { claimGuestAddress } from './address.repo.ts';
import type { Tx } from './database.ts';
import { claimLimits } from './limit.repo.ts';
import type { ComputeOffering, Instance, Template } from './prisma.ts';

export interface NewInstance {
  /** Chosen beforehand by who seals something for it. */
  id?: string | undefined;
  accountId: string;
  domainId: string;
  zoneId: string;
  name: string;
  displayName: string;
  template: Template;
  offering: ComputeOffering;
  networkId: string;
  sshPublicKey?: string | undefined;
  /** Sealed: it is where people put passwords. */
  userData?: string | undefined;
  hasPassword?: boolean | undefined;
  rootDiskBytes: bigint;
  tags: Record<string, string>;
  /** The operation that deploys it. */
  operationId?: string | undefined;
}

/** Claims and inserts all that a new instance is: limits, the row (`deploying`), root volume, NIC and address. NAME_TAKEN, LIMIT_EXCEEDED, CAPACITY. */
export async function insertInstance(
  tx: Tx,
  { id = newId(), template, offering, networkId, rootDiskBytes, ...given }: NewInstance,
): Promise<Instance> {
  await claimLimits(tx, given.accountId, id, { instances: 1, vcpus: offering.cpuCount, memoryMib: offering.memoryMib }); // locks the account's row,
  await refuseTakenName(tx, given.accountId, given.name); // so of several who ask at once for a name the others see here that it is taken
  const instance = await tx.instance.create({
    data: {
      id,
      state: 'deploying',
      accountId: given.accountId,
      domainId: given.domainId,
      zoneId: given.zoneId,
      name: given.name,
      displayName: given.displayName,
      templateId: template.id,
      computeOfferingId: offering.id,
      cpuCount: offering.cpuCount,
      cpuMhz: offering.cpuMhz,
      memoryMib: offering.memoryMib,
      sshPublicKey: given.sshPublicKey ?? null,
      userData: given.userData ?? null,
      hasPassword: given.hasPassword ?? false,
      tags: given.tags,
      operationId: given.operationId ?? null,
    },
  });
  const owner = { accountId: given.accountId, instanceId: id };
  await tx.volume.create({
    data: {
      id: newId(),
      ...owner,
      zoneId: given.zoneId,
      templateId: template.id,
      name: `root-${given.name}`,
      kind: 'root',
      state: 'allocated',
      sizeBytes: rootDiskBytes,
    },
  });
  const nicId = newId();
  await tx.nic.create({ data: { id: nicId, ...owner, networkId, macAddress: macOf(nicId) } });
  await claimGuestAddress(tx, networkId, nicId);
  return instance;
}

/** In words; the unique index has the last word. */
async function refuseTakenName(tx: Tx, accountId: string, name: string): Promise<void> {
  const taken = await tx.instance.findFirst({ where: { accountId, name, removedAt: null }, select: { state: true } });
  if (!taken) return;
  const hint = taken.state === 'destroyed' ? ' It is destroyed and keeps its name until it is expunged.' : '';
  throw new DomainError('NAME_TAKEN', `The account already has an instance called ${name}.${hint}`, { field: 'name', name });
}

/** A locally administered unicast address (IEEE 802) from the random end of the NIC's id; the unique column refuses the improbable. */
function macOf(nicId: string): string {
  const random = nicId.replaceAll('-', '').slice(-10);
  return ['02', ...(random.match(/../g) ?? [])].join(':');
}
