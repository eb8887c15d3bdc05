import { rowsFor } from '@nephos/authz/ability';
import type * as contract from '@nephos/contracts/infrastructure.schema';
import type { Db } from '@nephos/db/database';
import { listPage } from '@nephos/db/list';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import type { z } from 'zod';
import { once, type Request } from '../request.ts';
import { create } from './create.ts';

const offeringFields = {
  id: true,
  name: true,
  description: true,
  cpuCount: true,
  cpuMhz: true,
  memoryMib: true,
  placementTags: true,
  isEnabled: true,
} as const;

/** What tenants choose from, and what they have beside instances: offerings, volumes. */
export function createCatalogueService({ db }: { db: Db }) {
  return {
    async createOffering(request: Request, input: z.output<typeof contract.createOfferingSchema>) {
      return create(db, request, 'compute-offering', input.name, (tx) =>
        tx.computeOffering.create({ data: { id: newId(), ...input }, select: offeringFields }),
      );
    },

    async updateOffering(request: Request, { computeOfferingId, description, isEnabled, tags }: z.output<typeof contract.updateOfferingSchema>) {
      return once(db, request, async (tx) => {
        const found = await tx.computeOffering.findFirst({
          where: { AND: [{ id: computeOfferingId }, rowsFor(request.actor, 'compute-offering.update')] },
        });
        if (!found) throw new DomainError('NOT_FOUND', `There is no compute offering ${computeOfferingId}.`, { id: computeOfferingId });
        const data = { ...(description !== undefined && { description }), ...(isEnabled !== undefined && { isEnabled }), ...(tags && { tags }) };
        return tx.computeOffering.update({ where: { id: computeOfferingId }, data, select: offeringFields });
      });
    },

    async listOfferings({ actor }: Request, input: z.output<typeof contract.listOfferingsSchema>) {
      const filters = input.isEnabled === undefined ? {} : { isEnabled: input.isEnabled };
      return listPage(input, { where: [rowsFor(actor, 'compute-offering.read'), filters] }, (args) => db.computeOffering.findMany(args));
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
