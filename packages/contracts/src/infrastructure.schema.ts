import { z } from 'zod';
import { listInput, listOutput, tagsSchema, timeSchema } from './list.schema.ts';
import { displayNameSchema, placementTagsSchema } from './name.schema.ts';

export const HYPERVISORS = ['kvm', 'simulator'] as const;
const tags = tagsSchema.default({});
const placementTags = placementTagsSchema.default([]);

export const createZoneSchema = z.object({
  name: displayNameSchema,
  /** What each isolated network of the zone gets, unless it says otherwise. */
  guestCidr: z
    .cidrv4()
    .default('10.1.1.0/24')
    .refine((cidr) => {
      const bits = Number(cidr.split('/')[1]);
      return bits >= 16 && bits <= 29;
    }, 'Between /16 and /29'),
  dnsServers: z.array(z.ipv4()).max(4).default([]),
  tags,
});
/** How guests run: not at all, by emulating a processor, or on the host's own. */
export const GUEST_KINDS = ['simulated', 'emulated', 'accelerated'] as const;
export const zoneDto = z.object({
  id: z.uuid(),
  name: z.string(),
  networkType: z.string(),
  guestCidr: z.string(),
  dnsServers: z.array(z.string()),
  /** Whether something new may be deployed there. */
  isEnabled: z.boolean(),
  /** Of its hosts the slowest kind; null until one has reported. */
  guestKind: z.enum(GUEST_KINDS).nullable(),
  createdAt: timeSchema,
  tags: tagsSchema,
});

export const zoneIdSchema = z.object({ zoneId: z.uuid() });
export const updateZoneSchema = zoneIdSchema.extend({
  name: displayNameSchema.optional(),
  isEnabled: z.boolean().optional(),
  tags: tagsSchema.optional(),
});

export const createPodSchema = z.object({ zoneId: z.uuid(), name: displayNameSchema, tags });
export const podDto = z.object({
  id: z.uuid(),
  zoneId: z.uuid(),
  zoneName: z.string(),
  name: z.string(),
  clusterCount: z.int(),
  createdAt: timeSchema,
});
export const podIdSchema = z.object({ podId: z.uuid() });
export const updatePodSchema = podIdSchema.extend({ name: displayNameSchema });
export const listPodsSchema = listInput(['name', 'createdAt'], { zoneId: z.uuid().optional() });
export const podPage = listOutput(podDto);

export const createClusterSchema = z.object({ podId: z.uuid(), name: displayNameSchema, hypervisor: z.enum(HYPERVISORS), tags });
export const clusterDto = z.object({
  id: z.uuid(),
  zoneId: z.uuid(),
  zoneName: z.string(),
  podId: z.uuid(),
  podName: z.string(),
  name: z.string(),
  hypervisor: z.string(),
  hostCount: z.int(),
  createdAt: timeSchema,
});

export const clusterIdSchema = z.object({ clusterId: z.uuid() });
export const updateClusterSchema = clusterIdSchema.extend({ name: displayNameSchema });
export const listClustersSchema = listInput(['name', 'createdAt'], {
  zoneId: z.uuid().optional(),
  podId: z.uuid().optional(),
  hypervisor: z.enum(HYPERVISORS).optional(),
});
export const clusterPage = listOutput(clusterDto);

export const createPoolSchema = z.object({
  hostId: z.uuid(),
  name: displayNameSchema,
  path: z.string().startsWith('/').max(255),
  overprovisioning: z.number().min(1).max(20).default(2),
  placementTags,
  tags,
});
export const poolDto = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.string(),
  zoneId: z.uuid(),
  zoneName: z.string(),
  hostId: z.uuid().nullable(),
  hostName: z.string().nullable(),
  path: z.string(),
  capacityBytes: z.int(),
  usedBytes: z.int(),
  /** The sizes of its volumes, whatever of them is used. */
  claimedBytes: z.int(),
  /** How much may be claimed, for each byte that is there. */
  overprovisioning: z.number(),
  isEnabled: z.boolean(),
  placementTags: z.array(z.string()),
  createdAt: timeSchema,
});
export type PoolDto = z.output<typeof poolDto>;
export const listPoolsSchema = listInput(['name', 'createdAt'], {
  zoneId: z.uuid().optional(),
  hostId: z.uuid().optional(),
  isEnabled: z.boolean().optional(),
});
export const poolPage = listOutput(poolDto);
export const updatePoolSchema = z.object({
  poolId: z.uuid(),
  name: displayNameSchema.optional(),
  isEnabled: z.boolean().optional(),
  overprovisioning: z.number().min(1).max(20).optional(),
  placementTags: placementTagsSchema.optional(),
});

export const createImageStoreSchema = z.object({ zoneId: z.uuid(), name: displayNameSchema, tags });
export const imageStoreDto = z.object({
  id: z.uuid(),
  zoneId: z.uuid(),
  zoneName: z.string(),
  name: z.string(),
  kind: z.string(),
  path: z.string(),
  templateCount: z.int(),
  createdAt: timeSchema,
});
export const updateImageStoreSchema = z.object({ imageStoreId: z.uuid(), name: displayNameSchema });
export const listImageStoresSchema = listInput(['name', 'createdAt'], { zoneId: z.uuid().optional() });
export const imageStorePage = listOutput(imageStoreDto);

export const createPublicAddressesSchema = z.object({
  zoneId: z.uuid(),
  firstIp: z.ipv4(),
  lastIp: z.ipv4(),
  prefixLength: z.int().min(8).max(30),
  gateway: z.ipv4().optional(),
});
export const createdCountDto = z.object({ count: z.int() });
export const PUBLIC_ADDRESS_STATES = ['free', 'claimed'] as const;
export const publicAddressDto = z.object({
  id: z.uuid(),
  ip: z.string(),
  prefixLength: z.int(),
  gateway: z.string().nullable(),
  state: z.enum(PUBLIC_ADDRESS_STATES),
  zoneId: z.uuid(),
  zoneName: z.string(),
  /** Whose router has it. */
  accountId: z.uuid().nullable(),
  accountName: z.string().nullable(),
  router: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  createdAt: timeSchema,
});
export type PublicAddressDto = z.output<typeof publicAddressDto>;
/** By `createdAt` the addresses of a range are in their order. */
export const listPublicAddressesSchema = listInput(['createdAt'], {
  zoneId: z.uuid().optional(),
  state: z.enum(PUBLIC_ADDRESS_STATES).optional(),
  accountId: z.uuid().optional(),
});
export const publicAddressPage = listOutput(publicAddressDto);

export const listZonesSchema = listInput(['name', 'createdAt'], { isEnabled: z.boolean().optional() });
export const zonePage = listOutput(zoneDto);

export const createOfferingSchema = z.object({
  name: displayNameSchema,
  description: z.string().max(1_000).default(''),
  cpuCount: z.int().min(1).max(256),
  cpuMhz: z.int().min(100).max(10_000),
  memoryMib: z.int().min(32).max(4_194_304),
  placementTags,
  tags,
});
export const offeringDto = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  cpuCount: z.int(),
  cpuMhz: z.int(),
  memoryMib: z.int(),
  placementTags: z.array(z.string()),
  /** Whether something new may have it; a retired one is kept by those that have it. */
  isEnabled: z.boolean(),
  createdAt: timeSchema,
});
export const listOfferingsSchema = listInput(['name', 'memoryMib', 'cpuCount', 'createdAt'], { isEnabled: z.boolean().optional() });
export const offeringPage = listOutput(offeringDto);
export const updateOfferingSchema = z.object({
  computeOfferingId: z.uuid(),
  name: displayNameSchema.optional(),
  placementTags: placementTagsSchema.optional(),
  description: z.string().max(1_000).optional(),
  isEnabled: z.boolean().optional(),
  tags: tagsSchema.optional(),
});

export const volumeDto = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.string(),
  state: z.string(),
  sizeBytes: z.int(),
  zoneId: z.uuid(),
  accountId: z.uuid(),
  instanceId: z.uuid().nullable(),
  createdAt: timeSchema,
});
export const listVolumesSchema = listInput(['name', 'createdAt'], { instanceId: z.uuid().optional() });
export const volumePage = listOutput(volumeDto);
