import { rowsFor } from '@nephos/authz/ability';
import type { Actor } from '@nephos/authz/actor';
import type { DeployInstance } from '@nephos/contracts/instance.schema';
import type { Tx } from '@nephos/db/database';
import type { ComputeOffering, Network, SshKeyPair, Template, Zone } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';

export interface FoundForDeploy {
  zone: Zone;
  template: Template;
  offering: ComputeOffering;
  network?: Network | undefined;
  sshKeyPair?: SshKeyPair | undefined;
}

type User = Extract<Actor, { kind: 'user' }>;

/** Everything a deploy names, as far as the actor may use it. What isn't theirs is not found, and the message says which field. */
export async function findForDeploy(tx: Tx, actor: User, input: DeployInstance): Promise<FoundForDeploy> {
  const zone = await tx.zone.findFirst({ where: { AND: [{ id: input.zoneId }, rowsFor(actor, 'zone.use')] } });
  if (!zone) throw notFound('zone', 'zoneId', input.zoneId);
  if (!zone.isEnabled)
    throw new DomainError('INVALID_STATE', `Zone ${zone.name} is disabled, so nothing new is deployed there.`, { field: 'zoneId' });

  const template = await tx.template.findFirst({ where: { AND: [{ id: input.templateId, removedAt: null }, rowsFor(actor, 'template.use')] } });
  if (!template) throw notFound('template', 'templateId', input.templateId);
  if (!template.isEnabled) throw new DomainError('INVALID_STATE', `Template ${template.name} is retired.`, { field: 'templateId' });
  if (template.state !== 'ready')
    throw new DomainError('INVALID_STATE', `Template ${template.name} is not ready: it is ${template.state}.`, { field: 'templateId' });

  const offering = await tx.computeOffering.findFirst({ where: { AND: [{ id: input.computeOfferingId }, rowsFor(actor, 'compute-offering.read')] } });
  if (!offering) throw notFound('compute offering', 'computeOfferingId', input.computeOfferingId);
  if (!offering.isEnabled) throw new DomainError('INVALID_STATE', `Compute offering ${offering.name} is retired.`, { field: 'computeOfferingId' });
  if (offering.memoryMib < template.minMemoryMib) {
    throw new DomainError(
      'BAD_INPUT',
      `Template ${template.name} needs ${template.minMemoryMib} MiB of memory; ${offering.name} has ${offering.memoryMib}.`,
      { field: 'computeOfferingId' },
    );
  }
  return { zone, template, offering, network: await findNetwork(tx, actor, input), sshKeyPair: await findSshKeyPair(tx, actor, input) };
}

async function findNetwork(tx: Tx, actor: User, { networkId, zoneId }: DeployInstance): Promise<Network | undefined> {
  if (!networkId) return undefined;
  // Also a root administrator deploys into an account's own networks only.
  const network = await tx.network.findFirst({
    where: { AND: [{ id: networkId, zoneId, removedAt: null, accountId: actor.accountId }, rowsFor(actor, 'network.use')] },
  });
  if (!network) throw notFound('network', 'networkId', networkId);
  return network;
}

async function findSshKeyPair(tx: Tx, actor: User, { sshKeyPairId }: DeployInstance): Promise<SshKeyPair | undefined> {
  if (!sshKeyPairId) return undefined;
  const pair = await tx.sshKeyPair.findFirst({
    where: { AND: [{ id: sshKeyPairId, accountId: actor.accountId }, rowsFor(actor, 'ssh-key-pair.use')] },
  });
  if (!pair) throw notFound('SSH key pair', 'sshKeyPairId', sshKeyPairId);
  return pair;
}

function notFound(noun: string, field: string, id: string): DomainError {
  return new DomainError('NOT_FOUND', `There is no ${noun} ${id}.`, { field, id });
}
