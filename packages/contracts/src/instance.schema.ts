import { INSTANCE_STATES, INSTANCE_VERBS } from '@nephos/model/instance/state';
import { DEPLOY_AT_ONCE_MAX, USER_DATA_MAX_BYTES } from '@nephos/model/limits';
import { z } from 'zod';
import { listInput, listOutput, tagsSchema, timeSchema } from './list.schema.ts';
import { displayNameSchema, hostNameSchema } from './name.schema.ts';

/** Base64 (RFC 4648) of at most 32 KiB. */
export const userDataSchema = z
  .base64()
  .refine((text) => Buffer.byteLength(text, 'base64') <= USER_DATA_MAX_BYTES, `User data may have at most ${USER_DATA_MAX_BYTES} bytes`);

/** One schema, three readers: the API, the form, and the command line. */
export const deployInstanceSchema = z.object({
  zoneId: z.uuid(),
  /** Also the host name. With `count` above 1 a dash and a number are added. */
  name: hostNameSchema,
  displayName: displayNameSchema.optional(),
  templateId: z.uuid(),
  computeOfferingId: z.uuid(),
  /** Left out: the account's own network in the zone, made when there is none. */
  networkId: z.uuid().optional(),
  sshKeyPairId: z.uuid().optional(),
  userData: userDataSchema.optional(),
  /** One is made, which the guest takes at its first boot; `instance.password` tells it. Left out: none. */
  wantsPassword: z.boolean().optional(),
  /** At least the template's virtual size, which it is when left out. */
  rootDiskGib: z.int().min(1).max(65_536).optional(),
  count: z.int().min(1).max(DEPLOY_AT_ONCE_MAX).default(1),
  tags: tagsSchema.default({}),
});
export type DeployInstanceForm = z.input<typeof deployInstanceSchema>;
export type DeployInstance = z.output<typeof deployInstanceSchema>;

export const instanceDto = z.object({
  id: z.uuid(),
  name: z.string(),
  displayName: z.string(),
  state: z.enum(INSTANCE_STATES),
  stateReason: z.string().nullable(),
  accountId: z.uuid(),
  /** Null for who sees no other account. */
  accountName: z.string().nullable(),
  zoneId: z.uuid(),
  /** Where it runs. Null when it is on none, and for who may not see hosts. */
  host: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  template: z.object({ id: z.uuid(), name: z.string() }),
  computeOffering: z.object({ id: z.uuid(), name: z.string() }),
  cpuCount: z.int(),
  cpuMhz: z.int(),
  memoryMib: z.int(),
  /** There is a password that the caller may read, by `instance.password`. */
  hasPassword: z.boolean(),
  nics: z.array(z.object({ id: z.uuid(), networkId: z.uuid(), networkName: z.string(), macAddress: z.string(), ip: z.string().nullable() })),
  volumes: z.array(z.object({ id: z.uuid(), name: z.string(), kind: z.string(), sizeBytes: z.int() })),
  /** The open operation that changes it now. */
  operationId: z.uuid().nullable(),
  createdAt: timeSchema,
  destroyedAt: timeSchema.nullable(),
  /** Until when a destroyed instance can be recovered. */
  expungeAfter: timeSchema.nullable(),
  tags: tagsSchema,
  /** What the caller may do with it now. */
  can: z.record(z.enum(INSTANCE_VERBS), z.boolean()),
});
export type InstanceDto = z.output<typeof instanceDto>;

export const instancePasswordDto = z.object({ password: z.string() });
export const instanceIdSchema = z.object({ instanceId: z.uuid() });
export const stopInstanceSchema = instanceIdSchema.extend({
  /** Pull the plug at once instead of asking the guest first. */
  isForced: z.boolean().default(false),
});
export type StopInstance = z.output<typeof stopInstanceSchema>;

export const updateInstanceSchema = instanceIdSchema.extend({ displayName: displayNameSchema.optional(), tags: tagsSchema.optional() });

export const INSTANCE_SORTS = ['name', 'createdAt', 'state'] as const;
export const listInstancesSchema = listInput(INSTANCE_SORTS, {
  state: z.array(z.enum(INSTANCE_STATES)).optional(),
  zoneId: z.uuid().optional(),
  accountId: z.uuid().optional(),
  hostId: z.uuid().optional(),
});
export type ListInstances = z.output<typeof listInstancesSchema>;
export const instancePage = listOutput(instanceDto);
