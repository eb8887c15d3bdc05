import { consoleTicketDto, openConsoleSchema, screenshotDto } from '@nephos/contracts/console.schema';
import {
  deployInstanceSchema,
  instanceDto,
  instanceIdSchema,
  instancePage,
  instancePasswordDto,
  listInstancesSchema,
  stopInstanceSchema,
  updateInstanceSchema,
} from '@nephos/contracts/instance.schema';
import { instanceMetricsDto, instanceMetricsSchema } from '@nephos/contracts/metrics.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { z } from 'zod';
import { permitted, router } from '../trpc.ts';

export const instance = router({
  list: permitted('instance.read')
    .input(listInstancesSchema)
    .output(instancePage)
    .query(({ ctx, input }) => ctx.services.instance.list(ctx.request, input)),
  get: permitted('instance.read')
    .input(instanceIdSchema)
    .output(instanceDto)
    .query(({ ctx, input }) => ctx.services.instance.get(ctx.request, input)),
  metrics: permitted('instance.read')
    .input(instanceMetricsSchema)
    .output(instanceMetricsDto)
    .query(({ ctx, input }) => ctx.services.metrics.ofInstance(ctx.request, input)),
  password: permitted('instance.connect')
    .input(instanceIdSchema)
    .output(instancePasswordDto)
    .query(({ ctx, input }) => ctx.services.instance.password(ctx.request, input)),
  openConsole: permitted('instance.console')
    .input(openConsoleSchema)
    .output(consoleTicketDto)
    .mutation(({ ctx, input }) => ctx.services.console.ask(ctx.caller, input)),
  screenshot: permitted('instance.console')
    .input(instanceIdSchema)
    .output(screenshotDto)
    .query(({ ctx, input }) => ctx.services.screenshot.screenshot(ctx.request, input.instanceId)),
  deploy: permitted('instance.deploy')
    .input(deployInstanceSchema)
    .output(z.array(operationDto))
    .mutation(({ ctx, input }) => ctx.services.instance.deploy(ctx.request, input)),
  start: permitted('instance.start')
    .input(instanceIdSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.instance.start(ctx.request, input)),
  stop: permitted('instance.stop')
    .input(stopInstanceSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.instance.stop(ctx.request, input)),
  reboot: permitted('instance.reboot')
    .input(stopInstanceSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.instance.reboot(ctx.request, input)),
  destroy: permitted('instance.destroy')
    .input(instanceIdSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.instance.destroy(ctx.request, input)),
  recover: permitted('instance.recover')
    .input(instanceIdSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.instance.recover(ctx.request, input)),
  expunge: permitted('instance.expunge')
    .input(instanceIdSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.instance.expunge(ctx.request, input)),
  update: permitted('instance.update')
    .input(updateInstanceSchema)
    .output(instanceDto)
    .mutation(({ ctx, input }) => ctx.services.instance.update(ctx.request, input)),
});
