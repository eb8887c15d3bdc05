import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { GUEST_MTU } from '@nephos/contracts/network-constants';
import { DomainError } from '@nephos/model/errors';
import type { Tx } from './database.ts';

/** What a host is told to run. The instance must be placed, and its networks implemented. */
export async function describeInstance(tx: Tx, instanceId: string): Promise<InstanceSpec> {
  const instance = await tx.instance.findUniqueOrThrow({
    where: { id: instanceId },
    include: {
      template: true,
      volumes: { where: { removedAt: null }, include: { pool: { select: { path: true } } }, orderBy: { createdAt: 'asc' } },
      nics: { where: { removedAt: null }, include: { network: { select: { vni: true, name: true } } }, orderBy: { deviceIndex: 'asc' } },
    },
  });
  const { template } = instance;
  return {
    instanceId,
    name: instance.name,
    generation: instance.generation,
    cpuCount: instance.cpuCount,
    memoryMib: instance.memoryMib,
    volumes: instance.volumes.map((volume) => ({
      volumeId: volume.id,
      poolPath: required(volume.pool?.path, `Volume ${volume.name} is on no pool.`),
      sizeBytes: Number(volume.sizeBytes),
      template: {
        templateId: template.id,
        format: 'qcow2',
        sizeBytes: Number(template.sizeBytes),
        virtualSizeBytes: Number(template.virtualSizeBytes),
        sha256: template.sha256,
      },
    })),
    nics: instance.nics.map((nic) => ({
      nicId: nic.id,
      networkId: nic.networkId,
      vni: required(nic.network.vni, `Network ${nic.network.name} is not implemented.`),
      macAddress: nic.macAddress,
      mtu: GUEST_MTU,
    })),
  };
}

function required<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) throw new DomainError('UNEXPECTED', message);
  return value;
}
