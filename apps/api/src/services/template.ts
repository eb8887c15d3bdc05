import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rowsFor } from '@nephos/authz/ability';
import type { Actor } from '@nephos/authz/actor';
import { tagsSchema } from '@nephos/contracts/list.schema';
import {
  TEMPLATE_STATES,
  type createTemplateSchema,
  type listTemplatesSchema,
  type TemplateDto,
  type updateTemplateSchema,
} from '@nephos/contracts/template.schema';
import type { Db } from '@nephos/db/database';
import { listPage, type Page } from '@nephos/db/list';
import type { ImageStore, Template } from '@nephos/db/prisma';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { QCOW2_HEADER_BYTES, readQcow2Header } from '@nephos/model/qcow2-header';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';
import { change, create, tellChange } from './create.ts';

type StoredTemplate = Template & { store: ImageStore };

/** Templates in image stores that are folders of this machine. */
export function createTemplateService({ db }: { db: Db }) {
  const uploading = new Set<string>();

  async function find(actor: Actor, permission: 'template.read' | 'template.create' | 'template.update', id: string): Promise<StoredTemplate> {
    const template = await db.template.findFirst({ where: { AND: [{ id, removedAt: null }, rowsFor(actor, permission)] } });
    if (!template) throw new DomainError('NOT_FOUND', `There is no template ${id}.`, { templateId: id });
    return { ...template, store: await db.imageStore.findUniqueOrThrow({ where: { id: template.imageStoreId } }) };
  }

  /** Checks the whole file; only what is as it was announced becomes `ready`. What isn't is removed and the template is `failed`. */
  async function finish(template: StoredTemplate): Promise<Template> {
    try {
      const part = partFile(template);
      const sha256 = await hashFile(part);
      if (sha256 !== template.sha256)
        throw new DomainError(
          'CHECKSUM_MISMATCH',
          `The bytes of template ${template.name} hash to ${sha256}, not to ${template.sha256}. Upload it again.`,
        );
      const { virtualSizeBytes } = readQcow2Header(await readStart(part, QCOW2_HEADER_BYTES), `The image of template ${template.name}`);
      await rename(part, imageFile(template));
      return await db.template.update({ where: { id: template.id }, data: { state: 'ready', virtualSizeBytes } });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      await rm(partFile(template), { force: true });
      await db.template.update({ where: { id: template.id }, data: { state: 'failed', errorMessage: error.message } });
      throw error;
    }
  }

  return {
    async create(request: Request, input: z.output<typeof createTemplateSchema>): Promise<TemplateDto> {
      return create(db, request, 'template', input.name, async (tx) => {
        const store = await tx.imageStore.findFirst({ where: { AND: [{ id: input.imageStoreId }, rowsFor(request.actor, 'image-store.read')] } });
        if (!store) throw new DomainError('NOT_FOUND', `There is no image store ${input.imageStoreId}.`, { field: 'imageStoreId' });
        return toTemplateDto(await tx.template.create({ data: { id: newId(), accountId: request.actor.accountId, state: 'uploading', ...input } }));
      });
    },

    async list({ actor }: Request, input: z.output<typeof listTemplatesSchema>): Promise<Page<TemplateDto>> {
      const { state, isEnabled, ...query } = input;
      const filters = { removedAt: null, ...given({ isEnabled, state: state && { in: state } }) };
      const page = await listPage(query, { where: [rowsFor(actor, 'template.read'), filters] }, (args) => db.template.findMany(args));
      return { ...page, items: page.items.map(toTemplateDto) };
    },

    /** What is made of it already stays; the bytes can't be changed. */
    async update(request: Request, { templateId, ...input }: z.output<typeof updateTemplateSchema>): Promise<TemplateDto> {
      return change(db, request, 'template', async (tx) => {
        const before = await find(request.actor, 'template.update', templateId);
        const data = given(input);
        const changed = toTemplateDto(await tx.template.update({ where: { id: templateId }, data }));
        const message =
          changed.isEnabled === before.isEnabled
            ? tellChange(`Template ${before.name}`, data)
            : `Template ${before.name} ${changed.isEnabled ? 'can be used again' : 'was retired'}.`;
        return { changed, message };
      });
    },

    async get({ actor }: Request, { templateId }: { templateId: string }): Promise<TemplateDto> {
      return toTemplateDto(await find(actor, 'template.read', templateId));
    },

    /** Takes bytes from `offset` on; the last byte ends the upload. A broken one is continued from the answered `receivedBytes`. */
    async upload({ actor }: Request, templateId: string, offset: number, body: Readable): Promise<{ receivedBytes: number; template: TemplateDto }> {
      const template = await find(actor, 'template.create', templateId);
      if (template.state !== 'uploading')
        throw new DomainError('INVALID_STATE', `Template ${template.name} is ${template.state}; it takes no more bytes.`, { state: template.state });
      if (uploading.has(templateId)) throw new DomainError('CONFLICT', `Template ${template.name} is being uploaded by another request.`);
      uploading.add(templateId);
      try {
        await mkdir(template.store.path, { recursive: true, mode: 0o700 });
        const received = await sizeOf(partFile(template));
        if (offset !== received)
          throw new DomainError(
            'CONFLICT',
            `Template ${template.name} has ${received} bytes, so the upload goes on from there and not from ${offset}.`,
            { receivedBytes: received },
          );
        await pipeline(
          body,
          refuseBeyond(Number(template.sizeBytes) - received, template.name),
          createWriteStream(partFile(template), { flags: 'a', mode: 0o600, flush: true }),
        );
        const receivedBytes = await sizeOf(partFile(template));
        const isWhole = receivedBytes === Number(template.sizeBytes);
        return { receivedBytes, template: toTemplateDto(isWhole ? await finish(template) : template) };
      } finally {
        uploading.delete(templateId);
      }
    },

    /** For agents: the bytes from `offset` on. */
    async openImage(templateId: string, offset: number): Promise<Readable> {
      const template = await db.template.findFirst({ where: { id: templateId, state: 'ready' } });
      if (!template) throw new DomainError('NOT_FOUND', `There is no template ${templateId}.`, { templateId });
      const store = await db.imageStore.findUniqueOrThrow({ where: { id: template.imageStoreId } });
      return createReadStream(imageFile({ ...template, store }), { start: offset });
    },
  };
}
export type TemplateService = ReturnType<typeof createTemplateService>;

const partFile = (template: StoredTemplate) => path.join(template.store.path, `${template.id}.part`);
/** Where the image of a template is, once it is whole. */
export const imageFile = (template: StoredTemplate) => path.join(template.store.path, `${template.id}.qcow2`);

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function readStart(file: string, length: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function refuseBeyond(leftBytes: number, name: string) {
  return async function* (body: AsyncIterable<Buffer>) {
    let left = leftBytes;
    for await (const chunk of body) {
      left -= chunk.length;
      if (left < 0) throw new DomainError('BAD_INPUT', `More bytes came for template ${name} than were announced.`);
      yield chunk;
    }
  };
}

export function toTemplateDto(template: Template): TemplateDto {
  return {
    id: template.id,
    name: template.name,
    description: template.description,
    state: TEMPLATE_STATES.find((one) => one === template.state) ?? 'failed',
    error: template.errorMessage,
    isPublic: template.isPublic,
    isEnabled: template.isEnabled,
    accountId: template.accountId,
    osType: template.osType,
    bootMode: template.bootMode,
    minMemoryMib: template.minMemoryMib,
    sizeBytes: Number(template.sizeBytes),
    virtualSizeBytes: Number(template.virtualSizeBytes),
    sha256: template.sha256,
    createdAt: template.createdAt.toISOString(),
    tags: tagsSchema.parse(template.tags),
  };
}
