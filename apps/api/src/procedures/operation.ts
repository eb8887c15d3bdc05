import {
  listOperationsSchema,
  operationDetailDto,
  operationDto,
  operationHistoryDto,
  operationHistorySchema,
  operationIdSchema,
  operationOverviewDto,
  operationPage,
  resolveOperationSchema,
  slowestStepsDto,
} from '@nephos/contracts/operation.schema';
import { permitted, router } from '../trpc.ts';

export const operation = router({
  list: permitted('operation.read')
    .input(listOperationsSchema)
    .output(operationPage)
    .query(({ ctx, input }) => ctx.services.operation.list(ctx.request, input)),
  get: permitted('operation.read')
    .input(operationIdSchema)
    .output(operationDetailDto)
    .query(({ ctx, input }) => ctx.services.operation.get(ctx.request, input)),
  getHistory: permitted('operation.read-history')
    .input(operationHistorySchema)
    .output(operationHistoryDto)
    .query(({ ctx, input }) => ctx.services.operation.history(ctx.request, input)),
  overview: permitted('operation.overview')
    .output(operationOverviewDto)
    .query(({ ctx }) => ctx.services.operationOverview.overview()),
  slowestSteps: permitted('operation.overview')
    .output(slowestStepsDto)
    .query(({ ctx }) => ctx.services.operationOverview.slowestSteps()),
  cancel: permitted('operation.cancel')
    .input(operationIdSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.operation.cancel(ctx.request, input)),
  retry: permitted('operation.retry')
    .input(operationIdSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.operation.retry(ctx.request, input)),
  retryStuck: permitted('operation.resolve')
    .input(operationIdSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.operation.retryStuck(ctx.request, input)),
  resolveStuck: permitted('operation.resolve')
    .input(resolveOperationSchema)
    .output(operationDto)
    .mutation(({ ctx, input }) => ctx.services.operation.resolveStuck(ctx.request, input)),
});
