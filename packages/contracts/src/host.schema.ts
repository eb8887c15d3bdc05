import { HOST_STATES } from '@nephos/model/host-state';
import { z } from 'zod';
import { hostCheckSchema } from './agent.schema.ts';
import { HYPERVISORS } from './infrastructure.schema.ts';
import { listInput, listOutput, tagsSchema, timeSchema } from './list.schema.ts';
import { displayNameSchema, placementTagsSchema } from './name.schema.ts';

const cpuOvercommit = z.number().min(1).max(64);
const memoryOvercommit = z.number().min(0.1).max(8);

export const createHostSchema = z.object({
  clusterId: z.uuid(),
  name: displayNameSchema,
  /** Its end of the tunnels between hosts. */
  managementIp: z.ipv4(),
  cpuOvercommit: cpuOvercommit.default(4),
  memoryOvercommit: memoryOvercommit.default(1),
  placementTags: placementTagsSchema.default([]),
  tags: tagsSchema.default({}),
});
export const hostDto = z.object({
  id: z.uuid(),
  name: z.string(),
  zoneId: z.uuid(),
  zoneName: z.string(),
  podId: z.uuid(),
  podName: z.string(),
  clusterId: z.uuid(),
  clusterName: z.string(),
  hypervisor: z.string(),
  state: z.enum(HOST_STATES),
  /** Whether new instances may be placed on it. */
  isEnabled: z.boolean(),
  managementIp: z.string().nullable(),
  cpuCount: z.int(),
  cpuMhz: z.int(),
  memoryMib: z.int(),
  cpuOvercommit: z.number(),
  memoryOvercommit: z.number(),
  /** What may be claimed, overcommit included. */
  capacity: z.object({ cpuMhz: z.int(), memoryMib: z.int() }),
  claimed: z.object({ cpuMhz: z.int(), memoryMib: z.int() }),
  instanceCount: z.int(),
  /** How guests execute there, and how that was found. */
  acceleration: z.string().nullable(),
  accelerationReason: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
  /** Null until its agent has reported. */
  agentVersion: z.string().nullable(),
  /** The newest version of the contract that its agent speaks. */
  agentContract: z.int().nullable(),
  /** Which side is too old for the two to speak; the host gets no work then. */
  needsUpdate: z.enum(['agent', 'control-plane']).nullable(),
  placementTags: z.array(z.string()),
  /** Whether a machine has become it. */
  isJoined: z.boolean(),
  /** Until when the token for that is good; null when there is none that was not used. */
  joinTokenExpiresAt: timeSchema.nullable(),
  connectedAt: timeSchema.nullable(),
  reportedAt: timeSchema.nullable(),
  createdAt: timeSchema,
  tags: tagsSchema,
});
export type HostDto = z.output<typeof hostDto>;

/** With what its agent found out about the machine, most recently; empty before it has reported. */
export const hostDetailDto = hostDto.extend({ checks: z.array(hostCheckSchema) });
export type HostDetailDto = z.output<typeof hostDetailDto>;

export const HOST_SORTS = ['name', 'state', 'createdAt'] as const;
export const listHostsSchema = listInput(HOST_SORTS, {
  state: z.array(z.enum(HOST_STATES)).optional(),
  zoneId: z.uuid().optional(),
  clusterId: z.uuid().optional(),
  hypervisor: z.enum(HYPERVISORS).optional(),
  isEnabled: z.boolean().optional(),
});
export const hostPage = listOutput(hostDto);
export const hostIdSchema = z.object({ hostId: z.uuid() });
export const removedHostDto = z.object({ id: z.uuid(), name: z.string() });
export type RemovedHostDto = z.output<typeof removedHostDto>;
export const updateHostSchema = hostIdSchema.extend({
  isEnabled: z.boolean().optional(),
  cpuOvercommit: cpuOvercommit.optional(),
  memoryOvercommit: memoryOvercommit.optional(),
  placementTags: placementTagsSchema.optional(),
  tags: tagsSchema.optional(),
});

/** How a machine becomes that host. The token is shown this once, and good once. */
export const hostToJoinDto = z.object({
  host: hostDto,
  /** Where it joins: the agents' endpoint, `https://host:port`. */
  server: z.url(),
  joinToken: z.string(),
  expiresAt: timeSchema,
  /** For a root shell on the machine, in a checkout of this repository. */
  command: z.string(),
  /** SHA-256 of the cloud's authority, by which the machine knows whom it joins. */
  fingerprint: z.string(),
});
export type HostToJoinDto = z.output<typeof hostToJoinDto>;
