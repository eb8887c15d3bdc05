import { createHash, randomUUID } from 'node:crypto';
import type { Actor } from '@nephos/authz/actor';
import type { Tx } from '@nephos/db/database';
import { insertInstance, type NewInstance } from '@nephos/db/instance-create.repo';
import type { Account, ComputeOffering, Host, Instance, Network, Prisma, Template, Zone } from '@nephos/db/prisma';
import { emptyQcow2 } from '@nephos/drivers/image/empty-qcow2';
import { newId } from '@nephos/model/id';

type User = Extract<Actor, { kind: 'user' }>;

/** The bytes that simulated hosts fetch for every template that `makeTemplate` makes. */
export const TEMPLATE_BYTES = emptyQcow2({ virtualSizeBytes: 1024 * 1024 });
const unique = () => randomUUID().slice(0, 8);

export async function makeZone(tx: Tx, data: Partial<Prisma.ZoneUncheckedCreateInput> = {}): Promise<Zone> {
  const zone = await tx.zone.create({ data: { id: newId(), name: `zone-${unique()}`, ...data } });
  await tx.address.createMany({
    data: Array.from({ length: 20 }, (_, index) => ({
      id: newId(),
      zoneId: zone.id,
      kind: 'public',
      state: 'free',
      ip: `198.51.100.${index + 10}`,
      prefixLength: 24,
      gateway: '198.51.100.1',
    })),
  });
  return zone;
}

/** A connected host with a pool, in a pod and a cluster of its own. */
export async function makeHost(tx: Tx, zone: Zone, data: Partial<Prisma.HostUncheckedCreateInput> = {}): Promise<Host> {
  const pod = await tx.pod.create({ data: { id: newId(), zoneId: zone.id, name: `pod-${unique()}` } });
  const cluster = await tx.cluster.create({ data: { id: newId(), zoneId: zone.id, podId: pod.id, name: 'c', hypervisor: 'simulator' } });
  const count = await tx.host.count();
  const host = await tx.host.create({
    data: {
      id: newId(),
      zoneId: zone.id,
      podId: pod.id,
      clusterId: cluster.id,
      name: `host-${unique()}`,
      hypervisor: 'simulator',
      state: 'connected',
      cpuMhz: 2_000,
      cpuCount: 8,
      memoryMib: 16_384,
      managementIp: `192.0.2.${count + 1}`,
      ...data,
    },
  });
  await tx.pool.create({
    data: { id: newId(), zoneId: zone.id, hostId: host.id, name: `pool-${host.name}`, path: `/pool/${host.id}`, capacityBytes: 1024n ** 4n },
  });
  return host;
}

export async function makeAccount(tx: Tx, data: Partial<Prisma.AccountUncheckedCreateInput> = {}): Promise<Account> {
  const domain = await tx.domain.upsert({ where: { path: '/' }, create: { id: newId(), name: 'ROOT', path: '/' }, update: {} });
  return tx.account.create({ data: { id: newId(), domainId: domain.id, name: `account-${unique()}`, ...data } });
}

export async function makeUser(tx: Tx, account: Account, role: User['role'] = 'user'): Promise<User> {
  const user = await tx.user.create({ data: { id: newId(), accountId: account.id, name: `user-${unique()}`, role } });
  return { kind: 'user', userId: user.id, accountId: account.id, domainId: account.domainId, role };
}

export async function makeTemplate(tx: Tx, account: Account, zone: Zone, data: Partial<Prisma.TemplateUncheckedCreateInput> = {}): Promise<Template> {
  const store = await tx.imageStore.create({ data: { id: newId(), zoneId: zone.id, name: `store-${unique()}`, path: '/images' } });
  return tx.template.create({
    data: {
      id: newId(),
      accountId: account.id,
      imageStoreId: store.id,
      name: `template-${unique()}`,
      state: 'ready',
      isPublic: true,
      sizeBytes: TEMPLATE_BYTES.length,
      virtualSizeBytes: 1024n * 1024n,
      sha256: createHash('sha256').update(TEMPLATE_BYTES).digest('hex'),
      ...data,
    },
  });
}

export async function makeOffering(tx: Tx, data: Partial<Prisma.ComputeOfferingUncheckedCreateInput> = {}): Promise<ComputeOffering> {
  return tx.computeOffering.create({ data: { id: newId(), name: `offering-${unique()}`, cpuCount: 1, cpuMhz: 500, memoryMib: 128, ...data } });
}

export async function makeNetwork(tx: Tx, account: Account, zone: Zone, data: Partial<Prisma.NetworkUncheckedCreateInput> = {}): Promise<Network> {
  const addresses = { cidr: '10.0.0.0/24', gateway: '10.0.0.1', dnsDomain: 'x' };
  return tx.network.create({
    data: { id: newId(), accountId: account.id, zoneId: zone.id, name: `network-${unique()}`, state: 'implemented', ...addresses, ...data },
  });
}

/** An instance that is on no host yet, with all that a deploy claims for it. */
export async function makeInstance(tx: Tx, account: Account, zone: Zone, network: Network, data: Partial<NewInstance> = {}): Promise<Instance> {
  return insertInstance(tx, {
    accountId: account.id,
    domainId: account.domainId,
    zoneId: zone.id,
    name: 'vm',
    displayName: '',
    template: await makeTemplate(tx, account, zone),
    offering: await makeOffering(tx),
    networkId: network.id,
    rootDiskBytes: 1n,
    tags: {},
    ...data,
  });
}
