import { z } from 'zod';
import { listInput, listOutput, tagsSchema, timeSchema } from './list.schema.ts';
import { displayNameSchema } from './name.schema.ts';

export const TEMPLATE_STATES = ['uploading', 'ready', 'failed'] as const;

export const createTemplateSchema = z.object({
  imageStoreId: z.uuid(),
  name: displayNameSchema,
  description: z.string().max(1_000).default(''),
  /** Of the bytes that will be uploaded, in hex. The upload is refused when they hash to anything else. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  sizeBytes: z
    .int()
    .min(1)
    .max(1024 ** 4),
  isPublic: z.boolean().default(false),
  osType: z.string().max(64).default('linux'),
  bootMode: z.enum(['bios', 'uefi']).default('bios'),
  minMemoryMib: z.int().min(32).max(4_194_304).default(64),
  tags: tagsSchema.default({}),
});
export const templateDto = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  state: z.enum(TEMPLATE_STATES),
  error: z.string().nullable(),
  isPublic: z.boolean(),
  /** Whether new instances may be made of it. */
  isEnabled: z.boolean(),
  accountId: z.uuid(),
  osType: z.string(),
  bootMode: z.string(),
  minMemoryMib: z.int(),
  sizeBytes: z.int(),
  virtualSizeBytes: z.int(),
  sha256: z.string(),
  createdAt: timeSchema,
  tags: tagsSchema,
});
export type TemplateDto = z.output<typeof templateDto>;
export const templateIdSchema = z.object({ templateId: z.uuid() });
export const listTemplatesSchema = listInput(['name', 'createdAt'], {
  state: z.array(z.enum(TEMPLATE_STATES)).optional(),
  isEnabled: z.boolean().optional(),
});
export const updateTemplateSchema = templateIdSchema.extend({
  name: displayNameSchema.optional(),
  description: z.string().max(1_000).optional(),
  isPublic: z.boolean().optional(),
  /** False retires it: what was made of it stays. */
  isEnabled: z.boolean().optional(),
  minMemoryMib: z.int().min(32).max(4_194_304).optional(),
  tags: tagsSchema.optional(),
});
export const templatePage = listOutput(templateDto);
/** How many bytes of an upload have come, so that a broken one goes on from there. */
export const uploadDto = z.object({ receivedBytes: z.int(), template: templateDto });
