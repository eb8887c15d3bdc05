import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/infrastructure.schema';
import type { Db } from '@nephos/db/database';
import { listPage } from '@nephos/db/list';
import type { ComputeOffering } from '@nephos/db/prisma';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { given, type Request } from '../request.ts';
import { change, create, notFound, tellChange } from './create.ts';

/** What tenants choose from, and what they have beside instances: offerings, volumes. */
export function createCatalogueService({ db }: { db: Db }) {
  return {
    async createOffering(request: Request, input: z.output<typeof contract.createOfferingSchema>) {
      return create(db, request, 'compute-offering', input.name, async (tx) =>
        toOfferingDto(await tx.computeOffering.create({ data: { id: newId(), ...input } })),
      );
    },

    /** Its size stays what it is: instances have it as it was when they were made. */
    async updateOffering(request: Request, { computeOfferingId: id, ...input }: z.output<typeof contract.updateOfferingSchema>) {
      return change(db, request, 'compute-offering', async (tx) => {
        const found = await tx.computeOffering.findFirst({ where: { AND: [{ id }, rowsFor(request.actor, 'compute-offering.update')] } });
        if (!found) throw notFound('compute offering', id);
        const data = given(input);
        const changed = toOfferingDto(await tx.computeOffering.update({ where: { id }, data }));
        const message =
          changed.isEnabled === found.isEnabled
            ? tellChange(`Compute offering ${found.name}`, data)
            : `Compute offering ${found.name} ${changed.isEnabled ? 'is offered again' : 'was retired'}.`;
        return { changed, message };
      });
    },

    async listOfferings({ actor }: Request, { isEnabled, ...input }: z.output<typeof contract.listOfferingsSchema>) {
      const where = [rowsFor(actor, 'compute-offering.read'), given({ isEnabled })];
      const page = await listPage(input, { where }, (args) => db.computeOffering.findMany(args));
      return { ...page, items: page.items.map(toOfferingDto) };
    },

    async listVolumes({ actor }: Request, input: z.output<typeof contract.listVolumesSchema>) {
      const filters = { removedAt: null, ...(input.instanceId && { instanceId: input.instanceId }) };
      const page = await listPage(input, { where: [rowsFor(actor, 'volume.read'), filters] }, (args) => db.volume.findMany(args));
      return {
        ...page,
        items: page.items.map((volume) => ({ ...volume, sizeBytes: Number(volume.sizeBytes), createdAt: volume.createdAt.toISOString() })),
      };
    },
  };
}
export type CatalogueService = ReturnType<typeof createCatalogueService>;

function toOfferingDto({ id, name, description, cpuCount, cpuMhz, memoryMib, placementTags, isEnabled, createdAt }: ComputeOffering) {
  return { id, name, description, cpuCount, cpuMhz, memoryMib, placementTags, isEnabled, createdAt: createdAt.toISOString() };
}
