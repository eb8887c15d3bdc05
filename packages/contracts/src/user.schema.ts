import { z } from 'zod';
import { listInput, listOutput, tagsSchema, timeSchema } from './list.schema.ts';
import { displayNameSchema } from './name.schema.ts';

export const ROLES = ['root-admin', 'user'] as const;

export const loginSchema = z.object({ name: z.string().min(1).max(255), password: z.string().min(1).max(1_024) });
export const loginDto = z.object({ token: z.string(), expiresAt: timeSchema });
export const meDto = z.object({
  userId: z.uuid(),
  name: z.string(),
  displayName: z.string(),
  role: z.enum(ROLES),
  accountId: z.uuid(),
  accountName: z.string(),
  email: z.string(),
  /** Who keeps the password: the cloud itself, or the organisation's directory. */
  origin: z.enum(['local', 'directory']),
});

export const sessionDto = z.object({
  id: z.uuid(),
  /** Where it was signed in from. */
  address: z.string(),
  /** What the program that signed in says that it is (RFC 9110, User-Agent). */
  userAgent: z.string(),
  createdAt: timeSchema,
  /** To the minute; null when it never was. */
  lastUsedAt: timeSchema.nullable(),
  expiresAt: timeSchema,
  /** Whether it is the one that asks. */
  isCurrent: z.boolean(),
});
/** The caller's own, the newest first. */
export const sessionsDto = z.object({ items: z.array(sessionDto) });
export const sessionIdSchema = z.object({ sessionId: z.uuid() });

const passwordSchema = z.string().min(12, 'At least 12 characters').max(1_024);
export const changePasswordSchema = z.object({ currentPassword: z.string().min(1).max(1_024), newPassword: passwordSchema });
export const createUserSchema = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,254}$/, 'Letters, digits, dots, dashes, underscores and @'),
  displayName: displayNameSchema.optional(),
  password: passwordSchema,
  role: z.enum(ROLES).default('user'),
  /** Left out: the user gets an account of the same name. */
  accountId: z.uuid().optional(),
});
export const USER_ORIGINS = ['local', 'directory'] as const;
export const userDto = z.object({
  id: z.uuid(),
  name: z.string(),
  displayName: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  accountId: z.uuid(),
  accountName: z.string(),
  /** Who keeps the password: the cloud itself, or the organisation's directory, which says the role too. */
  origin: z.enum(USER_ORIGINS),
  isEnabled: z.boolean(),
  createdAt: timeSchema,
});
export type UserDto = z.output<typeof userDto>;
export const listUsersSchema = listInput(['name', 'createdAt'], {
  accountId: z.uuid().optional(),
  role: z.enum(ROLES).optional(),
  origin: z.enum(USER_ORIGINS).optional(),
  isEnabled: z.boolean().optional(),
});
export const userPage = listOutput(userDto);
export const userIdSchema = z.object({ userId: z.uuid() });
export const updateUserSchema = userIdSchema.extend({
  displayName: displayNameSchema.optional(),
  role: z.enum(ROLES).optional(),
  /** False ends every session of the user at once; API keys are refused until it is true again. */
  isEnabled: z.boolean().optional(),
  /** A new one, of a local user. Every session of the user ends. */
  password: passwordSchema.optional(),
});

export const createApiKeySchema = z.object({ name: displayNameSchema, expiresAt: timeSchema.optional() });
export const apiKeyDto = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
  lastUsedAt: timeSchema.nullable(),
});
/** The token is shown this once. */
export const createdApiKeyDto = apiKeyDto.extend({ token: z.string() });
export const listApiKeysSchema = listInput(['name', 'createdAt'], {});
export const apiKeyPage = listOutput(apiKeyDto);
export const apiKeyIdSchema = z.object({ apiKeyId: z.uuid() });

export const accountDto = z.object({
  id: z.uuid(),
  name: z.string(),
  limits: z.object({ instances: z.int(), vcpus: z.int(), memoryMib: z.int() }),
  used: z.object({ instances: z.int(), vcpus: z.int(), memoryMib: z.int() }),
});
export const accountDetailDto = accountDto.extend({ isEnabled: z.boolean(), userCount: z.int(), createdAt: timeSchema });
export type AccountDetailDto = z.output<typeof accountDetailDto>;
export const accountIdSchema = z.object({ accountId: z.uuid() });
export const listAccountsSchema = listInput(['name', 'createdAt'], { isEnabled: z.boolean().optional() });
export const accountPage = listOutput(accountDetailDto);
const limit = z.int().min(0).max(2_000_000_000).optional();
export const updateAccountSchema = accountIdSchema.extend({
  name: displayNameSchema.optional(),
  /** False ends the sessions of its users at once; its instances go on. */
  isEnabled: z.boolean().optional(),
  maxInstances: limit,
  maxVcpus: limit,
  maxMemoryMib: limit,
});

export const createSshKeyPairSchema = z.object({
  name: displayNameSchema,
  publicKey: z
    .string()
    .trim()
    .max(16_384)
    .regex(
      /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/]+={0,3}( [^\r\n]*)?$/,
      'One public key in OpenSSH form',
    ),
});
export const sshKeyPairDto = z.object({
  id: z.uuid(),
  name: z.string(),
  publicKey: z.string(),
  fingerprint: z.string(),
  createdAt: timeSchema,
  tags: tagsSchema,
});
export const listSshKeyPairsSchema = listInput(['name', 'createdAt'], {});
export const sshKeyPairPage = listOutput(sshKeyPairDto);
export const sshKeyPairIdSchema = z.object({ sshKeyPairId: z.uuid() });

export const changeDto = z.object({ resourceType: z.string(), resourceId: z.uuid(), verb: z.enum(['insert', 'update', 'delete']) });
export const watchChangesSchema = z.object({ lastEventId: z.string().max(100).optional() });
