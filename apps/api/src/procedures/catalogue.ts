import * as contract from '@nephos/contracts/infrastructure.schema';
import {
  createTemplateSchema,
  listTemplatesSchema,
  templateDto,
  templateIdSchema,
  templatePage,
  updateTemplateSchema,
} from '@nephos/contracts/template.schema';
import { permitted, router } from '../trpc.ts';

export const template = router({
  list: permitted('template.read')
    .input(listTemplatesSchema)
    .output(templatePage)
    .query(({ ctx, input }) => ctx.services.template.list(ctx.request, input)),
  get: permitted('template.read')
    .input(templateIdSchema)
    .output(templateDto)
    .query(({ ctx, input }) => ctx.services.template.get(ctx.request, input)),
  create: permitted('template.create')
    .input(createTemplateSchema)
    .output(templateDto)
    .mutation(({ ctx, input }) => ctx.services.template.create(ctx.request, input)),
  update: permitted('template.update')
    .input(updateTemplateSchema)
    .output(templateDto)
    .mutation(({ ctx, input }) => ctx.services.template.update(ctx.request, input)),
});

export const computeOffering = router({
  list: permitted('compute-offering.read')
    .input(contract.listOfferingsSchema)
    .output(contract.offeringPage)
    .query(({ ctx, input }) => ctx.services.catalogue.listOfferings(ctx.request, input)),
  create: permitted('compute-offering.create')
    .input(contract.createOfferingSchema)
    .output(contract.offeringDto)
    .mutation(({ ctx, input }) => ctx.services.catalogue.createOffering(ctx.request, input)),
  update: permitted('compute-offering.update')
    .input(contract.updateOfferingSchema)
    .output(contract.offeringDto)
    .mutation(({ ctx, input }) => ctx.services.catalogue.updateOffering(ctx.request, input)),
});

export const volume = router({
  list: permitted('volume.read')
    .input(contract.listVolumesSchema)
    .output(contract.volumePage)
    .query(({ ctx, input }) => ctx.services.catalogue.listVolumes(ctx.request, input)),
});
